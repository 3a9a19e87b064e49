import type { TokenUsage } from '../core/index.ts';

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter';

/** What happened in one step. Events of a choice carry its index; counts are of the whole request. */
export type GenerationEvent =
  /** First event: the prompt is in the engine; `cachedTokens` of it came from the prompt cache. */
  | {
      readonly type: 'started';
      readonly promptTokens: number;
      readonly cachedTokens: number | undefined;
    }
  /** Visible text. Always whole Unicode characters, never a part of a stop sequence. */
  | { readonly type: 'text'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning'; readonly index: number; readonly text: string }
  /** Once a call, before its arguments; calls of a choice are numbered from 0. */
  | {
      readonly type: 'tool-call-start';
      readonly index: number;
      readonly callIndex: number;
      readonly id: string;
      readonly name: string;
    }
  /** A piece of the JSON text of a call's arguments. */
  | {
      readonly type: 'tool-call-arguments';
      readonly index: number;
      readonly callIndex: number;
      readonly text: string;
    }
  /** In the order of the tokens; independent of how their text is cut into `text` events. */
  | {
      readonly type: 'logprobs';
      readonly index: number;
      readonly tokens: readonly TokenLogprob[];
    }
  /** Running total of completion tokens generated so far, also of those whose text is still held back. */
  | { readonly type: 'progress'; readonly completionTokens: number }
  | {
      readonly type: 'choice-finished';
      readonly index: number;
      readonly reason: { readonly unified: FinishReason; readonly raw: string };
    }
  /** Last event, also after an abort. */
  | { readonly type: 'finished'; readonly usage: TokenUsage };

/** Natural logarithm of the model's own probability (log-softmax of the raw logits), not the sampler's. */
export interface TokenLogprob {
  readonly token: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
  readonly top: readonly Omit<TokenLogprob, 'top'>[];
}
