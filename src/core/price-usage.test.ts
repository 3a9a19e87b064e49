import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nanoUsdToCredits } from './credits.ts';
import { type Price, priceUsage } from './price-usage.ts';

/** AI/ML API's rule: list price in USD per million tokens × 1.3, given here in thousandths of a dollar. */
function salePrice(
  freshMilliUsd: bigint,
  outputMilliUsd: bigint,
  cachedMilliUsd = freshMilliUsd,
): Price {
  const nanoPerMilli = 1_300_000n;
  return {
    version: 'test',
    freshNanoUsd: freshMilliUsd * nanoPerMilli,
    cachedNanoUsd: cachedMilliUsd * nanoPerMilli,
    outputNanoUsd: outputMilliUsd * nanoPerMilli,
  };
}

function credits(
  promptTokens: number,
  completionTokens: number,
  price: Price,
  cachedTokens?: number,
) {
  const usage = { promptTokens, completionTokens, cachedTokens, reasoningTokens: undefined };
  return priceUsage(usage, price).credits;
}

const kimi = salePrice(600n, 3_000n, 100n);

test('the five golden bills of the contract are exact to the credit', () => {
  assert.equal(credits(16, 835, kimi), 6538n);
  assert.equal(credits(16, 977, salePrice(950n, 4_000n)), 10201n);
  assert.equal(credits(13, 862, salePrice(140n, 280n)), 633n);
  assert.equal(credits(16, 264, salePrice(3_000n, 15_000n)), 10421n);
  assert.equal(credits(24, 414, salePrice(5_000n, 25_000n)), 27222n);
});

test('the amount debited is exactly the credits shown', () => {
  const priced = priceUsage(
    { promptTokens: 16, completionTokens: 835, cachedTokens: 0, reasoningTokens: undefined },
    kimi,
  );
  assert.equal(priced.amountNanoUsd, 3_269_000n);
});

test('an exact multiple of a credit is not rounded up further', () => {
  assert.equal(credits(100, 0, kimi), 156n);
});

test('one token at the lowest price costs one credit, no usage costs nothing', () => {
  assert.equal(credits(1, 0, kimi, 1), 1n);
  assert.equal(credits(0, 0, kimi), 0n);
});

test('cached tokens are cheaper, and unknown cached tokens are billed as fresh', () => {
  assert.equal(credits(1_000_000, 0, kimi, 1_000_000), 260_000n);
  assert.equal(credits(1_000_000, 0, kimi, undefined), 1_560_000n);
});

test('products far beyond 2^53 stay exact', () => {
  assert.equal(credits(9_007_199_254_740_991, 0, kimi), 14_051_230_837_395_946n);
});

test('credits of a negative balance round down, never towards zero', () => {
  assert.equal(nanoUsdToCredits(-1n), -1n);
  assert.equal(nanoUsdToCredits(-500n), -1n);
  assert.equal(nanoUsdToCredits(999n), 1n);
});
