import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sampling } from '../../generation-request.ts';
import { samplerOptions } from './sampler-options.ts';

const plain: Sampling = {
  temperature: 0.7,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: undefined,
  frequencyPenalty: 0,
  presencePenalty: 0,
  repetitionPenalty: 1,
};

test('every sampling value is given, so that none of the library defaults applies', () => {
  const { topK, topP, minP, temperature } = samplerOptions(plain, [], 512);
  assert.deepEqual(
    { topK, topP, minP, temperature },
    { topK: 0, topP: 1, minP: 0, temperature: 0.7 },
  );
});

test('without a seed two requests do not share one', () => {
  assert.notEqual(samplerOptions(plain, [], 512).seed, samplerOptions(plain, [], 512).seed);
});

test('any integer is a seed, and none of them becomes the value that means random', () => {
  const seeds = [-1, 0, 2 ** 32 - 1, 2 ** 53 - 1, -(2 ** 53)];
  for (const seed of seeds) {
    const native = samplerOptions({ ...plain, seed }, [], 512).seed ?? -1;
    assert.ok(Number.isInteger(native) && native >= 0 && native < 2 ** 32 - 1, `${seed}`);
  }
  assert.equal(samplerOptions({ ...plain, seed: 7 }, [], 512).seed, 7);
});

test('penalties look at what was generated, never at the prompt', () => {
  const options = samplerOptions({ ...plain, presencePenalty: 1 }, [], 512);
  const punish = options.repeatPenalty?.punishTokens;
  assert.deepEqual(typeof punish === 'function' ? punish() : punish, []);
});
