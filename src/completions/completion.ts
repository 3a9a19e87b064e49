import type { Price, TokenUsage } from '../core/index.ts';
import type { FinishReason, GenerationRequest, TokenLogprob } from '../engines/index.ts';
import type { KeyBudget } from '../keys/index.ts';

/** Who pays and under which key; made by http/hooks/authenticate from a verified key. */
export interface Principal {
  readonly accountId: string;
  readonly keyId: string;
  readonly keyPrefix: string;
  /** The key's own budget, if it has one. */
  readonly budget?: KeyBudget | undefined;
}

/** What http asks for: the validated request and what the log needs to know about the call. */
export interface CompletionRequest {
  readonly model: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly inferenceId: string;
  readonly clientRequestId: string | undefined;
  readonly isStream: boolean;
  /** True: what the engine could only approximate is refused, before anything is held. */
  readonly refusesRelaxation?: boolean;
  readonly generation: Omit<GenerationRequest, 'cacheScope'>;
}

/**
 * A completion that was admitted: its money is held and an engine has it. Everything that could be
 * refused has been refused before this exists, so http may send status 200.
 */
export interface RunningCompletion {
  /** The model that answers, e.g. `smollm2-135m-instruct`; never a name it does not own. */
  readonly modelName: string;
  /** The public model that was asked for and is billed. */
  readonly publicModelId: string;
  /** `<deployment id>`, for `x-served-by`. */
  readonly servedBy: string;
  readonly fingerprint: string;
  /** Request fields that were lowered to fit, e.g. `max_tokens`. */
  readonly loweredParameters: readonly string[];
  /** What the engine could not honour and relaxed, e.g. `response_format.json_schema.schema#/properties/a/format`. */
  readonly relaxedParameters: readonly string[];
  readonly price: Price;
  /**
   * Batches of deltas, then exactly one `settled` batch as the last. Must be consumed to its end or
   * abandoned with `return()`; either way the hold ends exactly once. After an engine failure it throws
   * PlatformError, with what was produced already charged.
   */
  readonly events: AsyncIterable<readonly CompletionEvent[]>;
}

/** A piece of the answer; all but its end. */
export type CompletionDelta =
  | { readonly type: 'text'; readonly index: number; readonly text: string }
  | { readonly type: 'reasoning'; readonly index: number; readonly text: string }
  | {
      readonly type: 'tool-call-start';
      readonly index: number;
      readonly callIndex: number;
      readonly id: string;
      readonly name: string;
    }
  | {
      readonly type: 'tool-call-arguments';
      readonly index: number;
      readonly callIndex: number;
      readonly text: string;
    }
  | { readonly type: 'logprobs'; readonly index: number; readonly tokens: readonly TokenLogprob[] }
  | { readonly type: 'choice-finished'; readonly index: number; readonly reason: FinishReason };

/** The last event is the one `settled`. */
export type CompletionEvent =
  | CompletionDelta
  | { readonly type: 'settled'; readonly usage: TokenUsage; readonly credits: bigint };

export interface Completions {
  /**
   * Resolves once the request is admitted (priced, held, dispatched), rejects with PlatformError otherwise.
   * `signal` aborts it at any time: what was generated is charged, nothing more is generated.
   */
  start(request: CompletionRequest, signal: AbortSignal): Promise<RunningCompletion>;
  /** Tokens of the prompt as the engine counts them, without generating and without a charge. */
  countPromptTokens(request: PromptRequest, signal: AbortSignal): Promise<number>;
}

export type PromptRequest = Pick<CompletionRequest, 'model' | 'principal' | 'generation'>;
