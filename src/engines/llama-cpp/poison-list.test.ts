import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoisonList } from './poison-list.ts';

test('a prompt is poisoned after its second crash, and forgiven after ten minutes', () => {
  let nowMs = 0;
  const list = new PoisonList({ nowMs: () => nowMs });
  const prompt = Uint32Array.from([1, 2, 3]);
  list.recordCrash([prompt]);
  assert.equal(list.isPoisoned(prompt), false);
  list.recordCrash([prompt]);
  assert.equal(list.isPoisoned(prompt), true);
  assert.equal(list.isPoisoned(Uint32Array.from([1, 2, 4])), false);
  nowMs = 10 * 60_000;
  assert.equal(list.isPoisoned(prompt), false);
});

test('the list stays bounded and forgets the oldest first', () => {
  const list = new PoisonList({ nowMs: () => 0 });
  for (let token = 0; token < 1_500; token += 1) {
    list.recordCrash([Uint32Array.from([token])]);
    list.recordCrash([Uint32Array.from([token])]);
  }
  assert.equal(list.isPoisoned(Uint32Array.from([0])), false);
  assert.equal(list.isPoisoned(Uint32Array.from([1_499])), true);
});

test('the same prompt twice in one crash counts once', () => {
  const list = new PoisonList({ nowMs: () => 0 });
  const prompt = Uint32Array.from([1, 2, 3]);
  list.recordCrash([prompt, Uint32Array.from(prompt)]);
  assert.equal(list.isPoisoned(prompt), false);
});
