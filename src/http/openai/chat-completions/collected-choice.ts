import type { CompletionEvent } from '../../../completions/index.ts';
import type { FinishReason, TokenLogprob } from '../../../engines/index.ts';
import { wireFinishReason } from './finish-reason.ts';
import { logprobsBody } from './logprobs-body.ts';

interface CollectedCall {
  readonly id: string;
  readonly name: string;
  arguments: string;
}

/** One choice of an answer that is not streamed. */
export class CollectedChoice {
  readonly #index: number;
  #content = '';
  #reasoning = '';
  #finishReason: FinishReason | undefined;
  readonly #calls: CollectedCall[] = [];
  readonly #logprobs: TokenLogprob[] = [];

  constructor(index: number) {
    this.#index = index;
  }

  get isFinished(): boolean {
    return this.#finishReason !== undefined;
  }

  add(event: CompletionEvent): void {
    switch (event.type) {
      case 'text':
        this.#content += event.text;
        break;
      case 'reasoning':
        this.#reasoning += event.text;
        break;
      case 'tool-call-start':
        this.#calls[event.callIndex] = { id: event.id, name: event.name, arguments: '' };
        break;
      case 'tool-call-arguments': {
        const call = this.#calls[event.callIndex];
        if (call !== undefined) call.arguments += event.text;
        break;
      }
      case 'logprobs':
        this.#logprobs.push(...event.tokens);
        break;
      case 'choice-finished':
        this.#finishReason = event.reason;
        break;
      case 'settled':
        // Of the whole answer, not of a choice.
        break;
    }
  }

  body(hasLogprobs: boolean): object {
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
