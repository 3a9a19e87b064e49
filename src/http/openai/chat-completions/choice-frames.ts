import type { TokenLogprob } from '../../../engines/index.ts';
import { logprobsBody } from './logprob-body.ts';

/** What a stream knows of one of its choices. */
export class ChoiceFrames {
  readonly index: number;
  isStarted = false;
  isFinished = false;
  hasCalls = false;
  #tokens: TokenLogprob[] = [];

  constructor(index: number) {
    this.index = index;
  }

  get hasLogprobs(): boolean {
    return this.#tokens.length > 0;
  }

  /** They leave with the next chunk of the choice. */
  addLogprobs(tokens: readonly TokenLogprob[]): void {
    this.#tokens.push(...tokens);
  }

  takeLogprobs(): string {
    if (this.#tokens.length === 0) return 'null';
    const text = JSON.stringify(logprobsBody(this.#tokens));
    this.#tokens = [];
    return text;
  }
}
