import type { CompletionDelta } from '../../../completions/index.ts';
import type { FinishReason, TokenLogprob } from '../../../engines/index.ts';
import { wireFinishReason } from './finish-reason.ts';
import { logprobsBody } from './logprob-body.ts';

interface CollectedCall {
  readonly id: string;
  readonly name: string;
  arguments: string;
}

/** One choice of a non-streamed answer, put together from its events. */
export class CollectedChoice {
  readonly #index: number;
  readonly #calls: CollectedCall[] = [];
  readonly #logprobs: TokenLogprob[] = [];
  #content = '';
  #reasoning = '';
  #finishReason: FinishReason | undefined;

  constructor(index: number) {
    this.#index = index;
  }

  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  take(event: CompletionDelta): void {
    switch (event.type) {
      case 'text':
        this.#content += event.text;
        return;
      case 'reasoning':
        this.#reasoning += event.text;
        return;
      case 'tool-call-start':
        this.#calls[event.callIndex] = { id: event.id, name: event.name, arguments: '' };
        return;
      case 'tool-call-arguments': {
        const call = this.#calls[event.callIndex];
        if (call !== undefined) call.arguments += event.text;
        return;
      }
      case 'logprobs':
        this.#logprobs.push(...event.tokens);
        return;
      case 'choice-finished':
        this.#finishReason = event.reason;
    }
  }

  /** The page's type of `content` is not nullable, so beside calls it is an empty string. */
  toBody(hasLogprobs: boolean): object {
    const calls = this.#calls.map(({ id, name, arguments: text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    }));
    return {
      index: this.#index,
      message: {
        role: 'assistant',
        content: this.#content,
        refusal: null,
        ...(this.#reasoning === '' ? {} : { reasoning_content: this.#reasoning }),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
      logprobs: hasLogprobs ? logprobsBody(this.#logprobs) : null,
      finish_reason: wireFinishReason(this.#finishReason ?? 'length', calls.length > 0),
    };
  }
}
