import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGbnfMatcher } from '../../../test/support/gbnf-matcher.ts';
import { literal, textWithout } from './gbnf-text.ts';

test('a text without words is every text that contains none of them', () => {
  const letters = fc.string({ unit: fc.constantFrom('<', '/', 'a', '-', '^', 'é'), maxLength: 8 });
  const words = fc.array(
    fc.string({ unit: fc.constantFrom('<', '/', 'a', '-'), minLength: 1, maxLength: 4 }),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(letters, words, (text, some) => {
      const matches = createGbnfMatcher(textWithout('rest', some).join('\n'), 'rest');
      assert.equal(matches(text), !some.some((word) => text.includes(word)));
    }),
    { numRuns: 300 },
  );
});

test('a text without words takes other scripts and line breaks, but no control characters', () => {
  const matches = createGbnfMatcher(textWithout('rest', ['</a>']).join('\n'), 'rest');
  assert.ok(matches('line\n\tнет 🙂\u{10ffff}'));
  assert.ok(!matches('\u0000'));
});

test('a literal stands for its text, whatever it contains', () => {
  const text = 'a"b\\c\nd\te[f]\u007f{|}🙂';
  assert.ok(createGbnfMatcher(`root ::= ${literal(text)}`, 'root')(text));
});
