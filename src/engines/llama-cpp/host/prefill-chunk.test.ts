import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefillChunk } from './prefill-chunk.ts';

test('a prompt fills the batch when nobody else decodes', () => {
  assert.equal(new PrefillChunk(512, 500).tokensFor(0), 512);
});

test('beside streams that decode, a chunk takes the time budget', () => {
  const chunk = new PrefillChunk(512, 500);
  chunk.measured(100, 1_000);
  assert.equal(chunk.tokensFor(3), 50);
});

test('a chunk is never so small that prefill stops, nor so large that the batch overflows', () => {
  const slow = new PrefillChunk(512, 500);
  slow.measured(32, 60_000);
  assert.equal(slow.tokensFor(1), 32);
  const fast = new PrefillChunk(512, 500);
  fast.measured(512, 10);
  assert.equal(fast.tokensFor(7), 505);
});
