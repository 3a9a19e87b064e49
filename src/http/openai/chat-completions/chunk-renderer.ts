import type { CompletionEvent } from '../../../completions/index.ts';
import type { AnswerHead } from './answer-head.ts';
import { type WireFinishReason, wireFinishReason } from './finish-reason.ts';
import { metaBody, usageBody } from './usage-body.ts';

export const doneFrame = 'data: [DONE]\n\n';

interface FinishedChoice {
  readonly index: number;
  readonly reason: WireFinishReason;
}

type SettledEvent = Extract<CompletionEvent, { readonly type: 'settled' }>;

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

  /** Its chunk waits for the settlement, because it carries the usage. */
  choiceFinished(event: Extract<CompletionEvent, { readonly type: 'choice-finished' }>): void {
    this.#finished.push({ index: event.index, reason: wireFinishReason(event.reason) });
  }

  settled({ usage, credits }: SettledEvent): string {
    const usageJson = JSON.stringify(usageBody(usage));
    const bill = `"usage":${usageJson},"meta":${JSON.stringify(metaBody(credits))}}\n\n`;
    const last = this.#finished.length - 1;
    const frames = this.#finished.map(({ index, reason }, position) => {
      // Clients that add up usage must find it once, so only the last choice of several has it.
      const choiceUsage = position === last ? `,"usage":${usageJson}` : '';
      const choice = `{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${reason}"${choiceUsage}}`;
      const isBilled = position === last && !this.#includeUsage;
      return `${this.#role(index)}${this.#head}${choice}${isBilled ? `],${bill}` : this.#tail}`;
    });
    return frames.join('') + (this.#includeUsage ? `${this.#head}],${bill}` : '');
  }

  #delta(index: number, delta: string): string {
    const choice = `{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}`;
    return this.#role(index) + this.#head + choice + this.#tail;
  }

  // The first chunk of a choice says who speaks; no other chunk repeats it.
  #role(index: number): string {
    if (this.#started.has(index)) return '';
    this.#started.add(index);
    return this.#delta(index, '{"role":"assistant","content":""}');
  }
}
