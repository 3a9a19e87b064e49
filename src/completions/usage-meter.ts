import type { TokenUsage } from '../core/index.ts';
import type { GenerationEvent } from '../engines/index.ts';

/** Counts one generation from its events, so that the bill never depends on how it ended. */
export interface UsageMeter {
  count(event: GenerationEvent): void;
  usage(): TokenUsage;
  /** False until the first token: nobody pays for an answer that never began. */
  hasGenerated(): boolean;
}

export function createUsageMeter(promptTokens: number): UsageMeter {
  let usage: TokenUsage = {
    promptTokens,
    cachedTokens: undefined,
    completionTokens: 0,
    reasoningTokens: undefined,
  };
  return {
    count(event) {
      if (event.type === 'started') {
        usage = { ...usage, promptTokens: event.promptTokens, cachedTokens: event.cachedTokens };
      } else if (event.type === 'progress') {
        usage = { ...usage, completionTokens: event.completionTokens };
      } else if (event.type === 'finished') {
        usage = event.usage;
      }
    },
    usage: () => usage,
    hasGenerated: () => usage.completionTokens > 0,
  };
}
