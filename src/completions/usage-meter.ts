import type { TokenUsage } from '../core/index.ts';
import type { GenerationEvent } from '../engines/index.ts';

/** Counts one generation from its events, so that the bill never depends on how it ended. */
export interface UsageMeter {
  count(event: GenerationEvent): void;
  usage(): TokenUsage;
  /** False until the prompt is in the engine: before that nothing has been done that could be charged. */
  hasStarted(): boolean;
  isFinished(): boolean;
}

export function createUsageMeter(promptTokens: number): UsageMeter {
  let usage: TokenUsage = {
    promptTokens,
    cachedTokens: undefined,
    completionTokens: 0,
    reasoningTokens: undefined,
  };
  let hasStarted = false;
  let isFinished = false;
  return {
    count(event) {
      if (event.type === 'started') {
        hasStarted = true;
        usage = { ...usage, promptTokens: event.promptTokens, cachedTokens: event.cachedTokens };
      } else if (event.type === 'progress') {
        usage = { ...usage, completionTokens: event.completionTokens };
      } else if (event.type === 'finished') {
        isFinished = true;
        usage = event.usage;
      }
    },
    usage: () => usage,
    hasStarted: () => hasStarted,
    isFinished: () => isFinished,
  };
}
