import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StopMatcher } from './stop-matcher.ts';

/** What leaves when `pieces` arrive one after the other. */
function released(stops: readonly string[], pieces: readonly string[]): string {
  const matcher = new StopMatcher(stops);
  let output = '';
  for (const piece of pieces) {
    const match = matcher.push(piece);
    output += match.text;
    if (match.isStopped) return output;
  }
  return output + matcher.flush();
}

function textBeforeStop(text: string, stops: readonly string[]): string {
  const indexes = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
  return indexes.length === 0 ? text : text.slice(0, Math.min(...indexes));
}

test('a stop sequence that is spread over pieces ends the text just before it', () => {
  assert.equal(released(['STOP'], ['one S', 'T', 'OP two']), 'one ');
});

test('a beginning that turns out otherwise is given out in full', () => {
  assert.equal(released(['STOP'], ['one ST', 'ART']), 'one START');
  assert.equal(released(['STOP'], ['one STO']), 'one STO');
});

test('a beginning inside a beginning is found', () => {
  assert.equal(released(['aab'], ['a', 'a', 'a', 'b']), 'a');
});

test('text without a possible beginning is never held back', () => {
  const matcher = new StopMatcher(['\n\n']);
  assert.deepEqual(matcher.push('hello'), { text: 'hello', isStopped: false });
});

test('however text is cut into pieces, what leaves is the text before the first stop', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '🌑'), maxLength: 12 });
  const stop = fc.string({ unit: fc.constantFrom('a', 'b', '🌑'), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 6 }), fc.array(stop, { maxLength: 4 }), (p, s) => {
      const whole = p.join('');
      const output = released(s, p);
      // Greedy by piece: the first stop that is complete wins, which is never after the leftmost one ends.
      assert.ok(textBeforeStop(whole, s).startsWith(output) || output === textBeforeStop(whole, s));
      for (const one of s) assert.ok(!output.includes(one));
      if (!s.some((one) => whole.includes(one))) assert.equal(output, whole);
    }),
  );
});
