import type { CompletionEvent } from '../../../completions/index.ts';
import { invariant } from '../../../core/index.ts';
import type { AnswerHead } from './answer-head.ts';
import { ChoiceFrames } from './choice-frames.ts';
import { type WireFinishReason, wireFinishReason } from './finish-reason.ts';
import { metaBody, usageBody } from './usage-body.ts';

export const doneFrame = 'data: [DONE]\n\n';

type EventOf<Type extends CompletionEvent['type']> = Extract<
  CompletionEvent,
  { readonly type: Type }
>;

interface FinishedChoice {
  readonly choice: ChoiceFrames;
  readonly reason: WireFinishReason;
}

/**
 * Turns events into frames. Everything that is the same in each chunk of one stream is made once; a
 * delta costs one JSON.stringify of its text.
 */
export class ChunkRenderer {
  readonly #head: string;
  readonly #tail: string;
  readonly #includeUsage: boolean;
  readonly #choices: readonly ChoiceFrames[];
  #last: FinishedChoice | undefined;

  constructor(head: AnswerHead, choiceCount: number, includeUsage: boolean) {
    const envelope = JSON.stringify({
      id: head.id,
      object: 'chat.completion.chunk',
      created: head.createdSeconds,
      model: head.modelName,
      service_tier: 'default',
      system_fingerprint: head.fingerprint,
    });
    this.#head = `data: ${envelope.slice(0, -1)},"choices":[`;
    this.#tail = includeUsage ? '],"usage":null}\n\n' : ']}\n\n';
    this.#includeUsage = includeUsage;
    this.#choices = Array.from({ length: choiceCount }, (_, index) => new ChoiceFrames(index));
  }

  get hasFinished(): boolean {
    return this.#choices.every(({ isFinished }) => isFinished);
  }

  text(index: number, text: string): string {
    return this.#delta(index, `{"content":${JSON.stringify(text)}}`);
  }

  reasoning(index: number, text: string): string {
    return this.#delta(index, `{"reasoning_content":${JSON.stringify(text)}}`);
  }

  /** Clients take id, type and name from the first chunk of a call and add up the arguments of all. */
  toolCallStart({ index, callIndex, id, name }: EventOf<'tool-call-start'>): string {
    this.#choice(index).hasCalls = true;
    const call = { index: callIndex, id, type: 'function', function: { name, arguments: '' } };
    return this.#delta(index, `{"tool_calls":[${JSON.stringify(call)}]}`);
  }

  toolCallArguments({ index, callIndex, text }: EventOf<'tool-call-arguments'>): string {
    const call = `{"index":${callIndex},"function":{"arguments":${JSON.stringify(text)}}}`;
    return this.#delta(index, `{"tool_calls":[${call}]}`);
  }

  /** They leave with the next chunk of their choice, or in one of their own before its end. */
  logprobs({ index, tokens }: EventOf<'logprobs'>): void {
    this.#choice(index).addLogprobs(tokens);
  }

  /** The chunk of the last choice waits for the settlement, because it carries the usage. */
  choiceFinished({ index, reason }: EventOf<'choice-finished'>): string {
    const choice = this.#choice(index);
    choice.isFinished = true;
    const finished = { choice, reason: wireFinishReason(reason, choice.hasCalls) };
    if (!this.hasFinished) return this.#finish(finished, '') + this.#tail;
    this.#last = finished;
    return '';
  }

  settled({ usage, credits }: EventOf<'settled'>): string {
    const usageJson = JSON.stringify(usageBody(usage));
    const bill = `"usage":${usageJson},"meta":${JSON.stringify(metaBody(credits))}}\n\n`;
    // Clients that add up usage must find it once, so only the last choice of several has it.
    const last = this.#last && this.#finish(this.#last, `,"usage":${usageJson}`);
    if (!this.#includeUsage) return last === undefined ? '' : `${last}],${bill}`;
    return `${last === undefined ? '' : last + this.#tail}${this.#head}],${bill}`;
  }

  #finish({ choice, reason }: FinishedChoice, usage: string): string {
    const { index } = choice;
    const rest = choice.hasLogprobs ? this.#delta(index, '{"content":""}') : '';
    const body = `{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${reason}"${usage}}`;
    return rest + this.#role(choice) + this.#head + body;
  }

  #delta(index: number, delta: string): string {
    const choice = this.#choice(index);
    const role = this.#role(choice);
    return role + this.#chunk(index, delta, choice.takeLogprobs());
  }

  #chunk(index: number, delta: string, logprobs: string): string {
    const body = `{"index":${index},"delta":${delta},"logprobs":${logprobs},"finish_reason":null}`;
    return this.#head + body + this.#tail;
  }

  // The first chunk of a choice says who speaks; no other chunk repeats it.
  #role(choice: ChoiceFrames): string {
    if (choice.isStarted) return '';
    choice.isStarted = true;
    return this.#chunk(choice.index, '{"role":"assistant","content":""}', 'null');
  }

  #choice(index: number): ChoiceFrames {
    const choice = this.#choices[index];
    invariant(choice !== undefined, 'an event of a choice that nobody asked for');
    return choice;
  }
}
