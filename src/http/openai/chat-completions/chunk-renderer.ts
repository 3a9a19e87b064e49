import type { CompletionEvent } from '../../../completions/index.ts';
import type { TokenLogprob } from '../../../engines/index.ts';
import type { AnswerHead } from './answer-head.ts';
import { type WireFinishReason, wireFinishReason } from './finish-reason.ts';
import { logprobBody } from './logprob-body.ts';
import { metaBody, usageBody } from './usage-body.ts';

export const doneFrame = 'data: [DONE]\n\n';

interface FinishedChoice {
  readonly index: number;
  readonly reason: WireFinishReason;
}

type EventOf<Type extends CompletionEvent['type']> = Extract<
  CompletionEvent,
  { readonly type: Type }
>;
type SettledEvent = EventOf<'settled'>;

/**
 * Turns events into frames. Everything that is the same in each chunk of one stream is made once; a
 * delta costs one JSON.stringify of its text.
 */
export class ChunkRenderer {
  readonly #head: string;
  readonly #tail: string;
  readonly #includeUsage: boolean;
  readonly #started = new Set<number>();
  readonly #finished: FinishedChoice[] = [];
  /** Log probabilities that wait for the next chunk of their choice. */
  readonly #logprobs = new Map<number, TokenLogprob[]>();

  constructor(head: AnswerHead, includeUsage: boolean) {
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
  }

  get hasFinished(): boolean {
    return this.#finished.length > 0;
  }

  text(index: number, text: string): string {
    return this.#delta(index, `{"content":${JSON.stringify(text)}}`);
  }

  reasoning(index: number, text: string): string {
    return this.#delta(index, `{"reasoning_content":${JSON.stringify(text)}}`);
  }

  /** A call's id, type and name stand only in the first chunk of its index. */
  toolCallStart({ index, callIndex, id, name }: EventOf<'tool-call-start'>): string {
    const call = { index: callIndex, id, type: 'function', function: { name, arguments: '' } };
    return this.#delta(index, `{"tool_calls":[${JSON.stringify(call)}]}`);
  }

  toolCallArguments({ index, callIndex, text }: EventOf<'tool-call-arguments'>): string {
    const call = `{"index":${callIndex},"function":{"arguments":${JSON.stringify(text)}}}`;
    return this.#delta(index, `{"tool_calls":[${call}]}`);
  }

  logprobs({ index, tokens }: EventOf<'logprobs'>): void {
    const waiting = this.#logprobs.get(index);
    if (waiting === undefined) this.#logprobs.set(index, [...tokens]);
    else waiting.push(...tokens);
  }

  /** Its chunk waits for the settlement, because it carries the usage. */
  choiceFinished(event: EventOf<'choice-finished'>): void {
    this.#finished.push({ index: event.index, reason: wireFinishReason(event.reason) });
  }

  settled({ usage, credits }: SettledEvent): string {
    const usageJson = JSON.stringify(usageBody(usage));
    const bill = `"usage":${usageJson},"meta":${JSON.stringify(metaBody(credits))}}\n\n`;
    const last = this.#finished.length - 1;
    const frames = this.#finished.map(({ index, reason }, position) => {
      const rest = this.#logprobs.has(index) ? this.#delta(index, '{"content":""}') : '';
      // Clients that add up usage must find it once, so only the last choice of several has it.
      const choiceUsage = position === last ? `,"usage":${usageJson}` : '';
      const choice = `{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${reason}"${choiceUsage}}`;
      const isBilled = position === last && !this.#includeUsage;
      return `${rest}${this.#role(index)}${this.#head}${choice}${isBilled ? `],${bill}` : this.#tail}`;
    });
    return frames.join('') + (this.#includeUsage ? `${this.#head}],${bill}` : '');
  }

  #delta(index: number, delta: string): string {
    // First, because the chunk with the role must not take them away from the text.
    const role = this.#role(index);
    const logprobs = this.#takeLogprobs(index);
    const choice = `{"index":${index},"delta":${delta},"logprobs":${logprobs},"finish_reason":null}`;
    return role + this.#head + choice + this.#tail;
  }

  #takeLogprobs(index: number): string {
    const tokens = this.#logprobs.get(index);
    if (tokens === undefined) return 'null';
    this.#logprobs.delete(index);
    return `{"content":${JSON.stringify(tokens.map(logprobBody))},"refusal":[]}`;
  }

  // The first chunk of a choice says who speaks; no other chunk repeats it.
  #role(index: number): string {
    if (this.#started.has(index)) return '';
    this.#started.add(index);
    const delta = '{"role":"assistant","content":""}';
    return `${this.#head}{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}${this.#tail}`;
  }
}
