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
  /** Running total of completion tokens generated so far, also of those whose text is still held back. */
  | { readonly type: 'progress'; readonly completionTokens: number }
  | {
      readonly type: 'choice-finished';
      readonly index: number;
      readonly reason: { readonly unified: FinishReason; readonly raw: string };
    }
  /** Last event, also after an abort. */
  | { readonly type: 'finished'; readonly usage: TokenUsage };
