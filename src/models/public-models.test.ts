import assert from 'node:assert/strict';
import { test } from 'node:test';
import { priceUsage } from '../core/index.ts';
import {
  createDefaultPublicModels,
  createModelDirectory,
  type EmbeddedModel,
  salePriceOf,
} from './index.ts';

const capabilities = {
  tools: false,
  images: false,
  logprobs: false,
  structuredOutput: false,
  reasoning: false,
};
const embedded: EmbeddedModel = {
  id: 'smollm2-135m-instruct',
  displayName: 'SmolLM2 135M Instruct',
  description: 'Small.',
  developer: 'Hugging Face',
  contextTokens: 8_192,
  capabilities,
};

test('Kimi K2.5 is found by its id and both aliases in any case, other names are not', () => {
  const models = createDefaultPublicModels({ embedded, isMoonshotConfigured: false });
  const directory = createModelDirectory(models);
  for (const name of ['moonshot/kimi-k2-5', 'kimi-k2.5', 'KIMI-K2-5', 'Moonshot/Kimi-K2-5']) {
    assert.equal(directory.resolve(name)?.id, 'moonshot/kimi-k2-5');
  }
  assert.equal(directory.resolve('smollm2-135m-instruct')?.id, 'smollm2-135m-instruct');
  for (const name of ['', 'kimi', '__proto__', 'constructor']) {
    assert.equal(directory.resolve(name), undefined);
  }
  assert.deepEqual(
    directory.list().map(({ id }) => id),
    ['moonshot/kimi-k2-5', 'smollm2-135m-instruct'],
  );
});

test('Kimi K2.5 is sold at its list price × 1.3: the golden bill is 6538 credits', () => {
  const [kimi] = createDefaultPublicModels({ embedded, isMoonshotConfigured: false });
  assert.ok(kimi !== undefined);
  assert.deepEqual(kimi.salePrice, {
    freshNanoUsd: 780_000_000n,
    cachedNanoUsd: 130_000_000n,
    outputNanoUsd: 3_900_000_000n,
  });
  const usage = {
    promptTokens: 16,
    completionTokens: 835,
    cachedTokens: undefined,
    reasoningTokens: undefined,
  };
  assert.equal(priceUsage(usage, { ...kimi.salePrice, version: 'v' }).credits, 6538n);
});

test('the Moonshot API comes before the stand-in when it is configured, and nothing stands without an engine', () => {
  const deployments = (options: { hasEmbedded: boolean; isMoonshotConfigured: boolean }) =>
    createDefaultPublicModels({
      embedded: options.hasEmbedded ? embedded : undefined,
      isMoonshotConfigured: options.isMoonshotConfigured,
    })[0]?.deployments.map(({ id }) => id);
  assert.deepEqual(deployments({ hasEmbedded: true, isMoonshotConfigured: true }), [
    'moonshot',
    'embedded',
  ]);
  assert.deepEqual(deployments({ hasEmbedded: true, isMoonshotConfigured: false }), ['embedded']);
  assert.deepEqual(deployments({ hasEmbedded: false, isMoonshotConfigured: false }), []);
});

test('prices are exact decimals: what is left below a nano-USD is rounded up, nothing else', () => {
  const list = { freshUsd: '0.000000001', cachedUsd: '0', outputUsd: '999999999.999999999' };
  assert.deepEqual(salePriceOf(list, '1.3'), {
    freshNanoUsd: 2n,
    cachedNanoUsd: 0n,
    outputNanoUsd: 1_299_999_999_999_999_999n,
  });
});

test('a price that is not a plain decimal is refused', () => {
  for (const wrong of ['', '-1', '1e3', '0,60', '1.', '.5', '0x10', '1.0000000001', ' 1']) {
    const list = { freshUsd: wrong, cachedUsd: '0', outputUsd: '0' };
    assert.throws(() => salePriceOf(list, '1'), /must be a decimal/, wrong);
  }
});

test('a name that two models claim is refused', () => {
  const models = createDefaultPublicModels({
    embedded: { ...embedded, id: 'KIMI-K2.5' },
    isMoonshotConfigured: false,
  });
  assert.throws(() => createModelDirectory(models), /kimi-k2\.5 is used by/);
});
