import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TokenText } from './token-text.ts';

/** A vocabulary of the 256 bytes: the hardest one, since every character is split. */
function detokenize(tokens: readonly number[]): string {
  return Buffer.from(tokens).toString('utf8');
}

function pieces(bytes: readonly number[]): string[] {
  const text = new TokenText(detokenize, []);
  return [...bytes.map((byte) => text.push(byte)), text.flush()];
}

test('a character leaves only when all of its bytes have come', () => {
  assert.deepEqual(pieces([...Buffer.from('é🙂')]), ['', 'é', '', '', '', '🙂', '']);
});

test('an unfinished character at the end leaves as one replacement character', () => {
  assert.equal(pieces([...Buffer.from('a🙂')].slice(0, -1)).join(''), 'a\u{FFFD}');
});

test('any text arrives whole and in whole characters, however its bytes are split', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const given = pieces([...Buffer.from(text)]);
      assert.equal(given.join(''), text);
      for (const piece of given) assert.ok(piece.isWellFormed());
    }),
  );
});

test('bytes that are no text leave as replacement characters and never block what follows', () => {
  const given = pieces([0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x41]).join('');
  assert.equal(given, `${'\u{FFFD}'.repeat(7)}A`);
});
