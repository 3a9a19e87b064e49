/** What one completion consumed, in tokens. `undefined` means the engine does not know: unknown is not zero. */
export interface TokenUsage {
  /** All prompt tokens, the cached ones included. */
  readonly promptTokens: number;
  /** Prompt tokens that were read from the prompt cache; never more than `promptTokens`. */
  readonly cachedTokens: number | undefined;
  /** All generated tokens: visible, reasoning, and the one that ended the turn. */
  readonly completionTokens: number;
  /** The part of `completionTokens` that was reasoning. */
  readonly reasoningTokens: number | undefined;
}

export function totalTokens(usage: TokenUsage): number {
  return usage.promptTokens + usage.completionTokens;
}
