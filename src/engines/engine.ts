import type { GenerationEvent } from './generation-event.ts';
import type { GenerationRequest } from './generation-request.ts';

/**
 * A token generator. Engines know nothing of money, accounts or HTTP.
 * Every adapter passes the suite in engine-contract.ts.
 */
export interface Engine {
  describe(): EngineDescription;
  /**
   * Renders and tokenises a request once, without generating.
   * Throws PlatformError `request/context-length-exceeded` when the prompt leaves no room for one token,
   * `request/unsupported-parameter` for what this engine cannot do, `engine/unavailable` when it is down.
   */
  prepare(request: GenerationRequest, signal: AbortSignal): Promise<Prepared>;
  /**
   * Generates. Yields batches of events, one batch a step or a read; the last event is `finished`.
   * An abort ends with `finished` and does not throw. A failure throws PlatformError `engine/unavailable`
   * after the events produced so far. Never generates more completion tokens than the allowance says.
   */
  generate(prepared: Prepared, options: GenerateOptions): AsyncIterable<readonly GenerationEvent[]>;
  close(): Promise<void>;
}

export interface EngineDescription {
  /** The name that answers carry in `model`, e.g. `smollm2-135m-instruct`. */
  readonly modelName: string;
  /** Prompt and completion tokens together that one completion may use. */
  readonly contextTokens: number;
  /** How many completions it runs at once; more must wait in the router's queue. */
  readonly sequences: number;
  readonly supportsTools: boolean;
  readonly supportsImages: boolean;
  readonly supportsLogprobs: boolean;
  readonly supportsStructuredOutput: boolean;
  /** Whether the model can reason before it answers. */
  readonly supportsReasoning: boolean;
  readonly supportsLogitBias: boolean;
  /** Whether it can go on with a given beginning of the answer. */
  readonly supportsContinuation: boolean;
  /** The most choices of one request; 1 means `n` is not supported. */
  readonly choicesMax: number;
  readonly hasExactCachedTokens: boolean;
  /** Changes with the model file, the engine version or its settings; `system_fingerprint` on the wire. */
  readonly fingerprint: string;
}

export interface Prepared {
  /** Exact where the tokenizer is ours, else an upper bound. */
  readonly promptTokens: number;
  readonly isPromptTokensExact: boolean;
  /** How many completion tokens still fit the context after this prompt. At least 1. */
  readonly completionTokensRoom: number;
  readonly request: GenerationRequest;
  /** Paths of what was asked for and could only be approximated; empty when absent. */
  readonly relaxedParameters?: readonly string[];
  /** The adapter's own data; nobody else looks into it. */
  readonly handle: unknown;
}

/** How many completion tokens are paid for. Only `completions` makes one, from an open hold. */
export interface Allowance {
  completionTokens(): number;
  /** Asks for more. Resolves to the new total; the same total as before means refused: end with `length`. */
  extend(): Promise<number>;
}

export interface GenerateOptions {
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
}
