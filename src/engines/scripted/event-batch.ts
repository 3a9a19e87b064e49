import type { GenerationEvent, TokenLogprob } from '../generation-event.ts';

/** The events of one choice in one step. Neighbours of one kind become one, so that many tokens stay small. */
export class EventBatch {
  readonly events: GenerationEvent[] = [];
  readonly #index: number;

  constructor(index: number) {
    this.#index = index;
  }

  text(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return;
    const last = this.events.at(-1);
    if (last?.type === type) this.#replaceLast({ ...last, text: last.text + text });
    else this.events.push({ type, index: this.#index, text });
  }

  logprobs(tokens: readonly TokenLogprob[]): void {
    this.events.push({ type: 'logprobs', index: this.#index, tokens });
  }

  callStart(callIndex: number, id: string, name: string): void {
    this.events.push({ type: 'tool-call-start', index: this.#index, callIndex, id, name });
  }

  callArguments(callIndex: number, text: string): void {
    const last = this.events.at(-1);
    if (last?.type === 'tool-call-arguments' && last.callIndex === callIndex) {
      this.#replaceLast({ ...last, text: last.text + text });
    } else {
      this.events.push({ type: 'tool-call-arguments', index: this.#index, callIndex, text });
    }
  }

  progress(completionTokens: number): void {
    this.events.push({ type: 'progress', completionTokens });
  }

  #replaceLast(event: GenerationEvent): void {
    this.events[this.events.length - 1] = event;
  }
}
