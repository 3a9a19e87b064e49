import assert from 'node:assert/strict';
import type { GenerationRequest } from '../generation-request.ts';
import { contractRequest, sampled } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { runGeneration } from './run-generation.ts';

export const stopTests = {
  'a stop sequence ends the text just before it, also across tokens': async ({ engine }) => {
    const { text } = await runGeneration(engine, requestWithStop([]));
    for (const characters of [1, 2, 5]) {
      const stop = partOf(text, characters);
      const run = await runGeneration(engine, requestWithStop([stop]));
      assert.equal(run.text, text.slice(0, text.indexOf(stop)));
      assert.equal(run.reason, 'stop');
    }
  },

  'the first of several stop sequences wins': async ({ engine }) => {
    const { text } = await runGeneration(engine, requestWithStop([]));
    const stops = [partOf(text, 4), partOf(text, 2), 'never in the text', '\u{1F311}\u{1F311}'];
    const run = await runGeneration(engine, requestWithStop(stops));
    for (const stop of stops) assert.ok(!run.text.includes(stop), `${stop} is in the output`);
    assert.ok(text.startsWith(run.text));
  },

  'text that only began like a stop sequence is given out in full': async ({ engine }) => {
    const plain = await runGeneration(engine, requestWithStop([]));
    const almost = `${partOf(plain.text, 3)}\u{1F311} but not this`;
    const ending = `${Array.from(plain.text).slice(-2).join('')}\u{1F311}`;
    const run = await runGeneration(engine, requestWithStop([almost, ending]));
    assert.equal(run.text, plain.text);
    assert.equal(run.reason, plain.reason);
    assert.deepEqual(run.usage, plain.usage);
  },
} satisfies ContractTests;

function requestWithStop(stop: readonly string[]): GenerationRequest {
  return contractRequest({ stop, sampling: sampled(3), completionTokensMax: 48 });
}

/** Some characters from inside a text that do not already stand at its beginning. */
function partOf(text: string, characters: number): string {
  const all = Array.from(text);
  const middle = Math.floor(all.length / 2);
  for (let offset = 0; offset < all.length; offset += 1) {
    const start = (middle + offset) % all.length;
    const part = all.slice(start, start + characters).join('');
    // A replacement character stands for bytes that are no character; nobody can stop at it.
    if (text.indexOf(part) > 0 && !part.includes('\u{FFFD}') && part.trim() !== '') return part;
  }
  return assert.fail(`no stop sequence of ${characters} characters in ${JSON.stringify(text)}`);
}
