import { randomInt } from 'node:crypto';
import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { Sampling } from '../../generation-request.ts';

const seedSpace = 2 ** 32;

/**
 * Sampling in the library's form. Every value is given: its own defaults (topK 40, topP 0.95) are not
 * ours, and without a seed it takes the current second, so that two clients would get the same text.
 */
export function samplerOptions(
  sampling: Sampling,
  generated: readonly Token[],
  contextTokens: number,
): SequenceEvaluateOptions {
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = sampling;
  const isPenalised = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
  const options: SequenceEvaluateOptions = {
    temperature: sampling.temperature,
    topK: sampling.topK,
    topP: sampling.topP,
    minP: sampling.minP,
    seed: nativeSeed(sampling.seed),
    yieldEogToken: true,
  };
  if (!isPenalised) return options;
  return {
    ...options,
    repeatPenalty: {
      penalty: repetitionPenalty,
      frequencyPenalty,
      presencePenalty,
      punishTokens: () => [...generated],
      // A constant window: one that grew with the text would rebuild the sampler for every token.
      maxPunishTokens: contextTokens,
    },
  };
}

/** Any integer to 32 bits. The highest value means "random" to llama.cpp and is never passed on. */
function nativeSeed(seed: number | undefined): number {
  if (seed === undefined) return randomInt(seedSpace - 1);
  const wrapped = Number(BigInt.asUintN(32, BigInt(Math.trunc(seed))));
  return Math.min(wrapped, seedSpace - 2);
}
