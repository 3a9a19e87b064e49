import type { Allowance } from '../engine.ts';

/** An allowance that grows by `stepTokens` up to `limitTokens` and is refused from there on. */
export function allowanceOf(
  initialTokens: number,
  stepTokens = 0,
  limitTokens = initialTokens,
): Allowance {
  let total = initialTokens;
  return {
    completionTokens: () => total,
    extend: () => {
      total = Math.min(limitTokens, total + stepTokens);
      return Promise.resolve(total);
    },
  };
}

interface UnansweredAllowance extends Allowance {
  /** Resolves when the engine has asked for more; nobody ever answers it. */
  readonly asked: Promise<void>;
}

export function unansweredAllowance(initialTokens: number): UnansweredAllowance {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<number>();
  return {
    asked: asked.promise,
    completionTokens: () => initialTokens,
    extend: () => {
      asked.resolve();
      return answer.promise;
    },
  };
}
