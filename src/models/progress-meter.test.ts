import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressMeter, type PullProgress } from './progress-meter.ts';

function meter() {
  const seen: PullProgress[] = [];
  let nowMs = 0;
  const report = createProgressMeter({ nowMs: () => nowMs }, (progress) => seen.push(progress));
  return {
    seen,
    at: (timeMs: number, source: string, done: number, total?: number) => {
      nowMs = timeMs;
      report(source, done, total);
    },
  };
}

test('speed and time left are those of the last seconds, and bytes of an earlier pull do not count', () => {
  const { at, seen } = meter();
  at(0, 'a', 1_000, 10_000);
  at(1_000, 'a', 2_000, 10_000);
  assert.deepEqual(seen.at(-1), {
    source: 'a',
    bytesDone: 2_000,
    bytesTotal: 10_000,
    bytesPerSecond: 1_000,
    secondsLeft: 8,
  });
  for (let second = 2; second <= 20; second += 1) at(second * 1_000, 'a', 2_000 + second, 10_000);
  assert.equal(seen.at(-1)?.bytesPerSecond, 1);
});

test('reports come at most four times a second, but the first and the last always', () => {
  const { at, seen } = meter();
  for (let index = 0; index <= 100; index += 1) at(index * 10, 'a', index, 100);
  assert.ok(seen.length <= 6);
  assert.equal(seen[0]?.bytesDone, 0);
  assert.equal(seen.at(-1)?.bytesDone, 100);
});

test('another source or a fresh start measures anew, and an unknown size has no time left', () => {
  const { at, seen } = meter();
  at(0, 'a', 0, 100);
  at(1_000, 'a', 90, 100);
  at(1_100, 'b', 0);
  assert.deepEqual([seen.at(-1)?.bytesPerSecond, seen.at(-1)?.secondsLeft], [0, undefined]);
  at(2_100, 'b', 50);
  at(2_200, 'b', 10);
  assert.deepEqual([seen.at(-1)?.bytesPerSecond, seen.at(-1)?.bytesDone], [0, 10]);
});
