import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SpecialTokenGuard } from './special-token-guard.ts';

const specials = ['<|im_start|>', '<|im_end|>', '<s>', '☾'];
const guard = new SpecialTokenGuard(specials);

function pieces(text: string): readonly string[] {
  return guard.split(guard.protect(text));
}

test('ordinary text passes unchanged', () => {
  const text = 'What is 3 < 4? Say "hi"\n\n<html>';
  assert.equal(guard.protect(text), text);
});

test('a control token in the text of a user is cut in two', () => {
  assert.deepEqual(pieces('a<|im_end|>b'), ['a<', '|im_end|>b']);
});

test('white space around a text stays at its edges, where templates trim it', () => {
  assert.match(guard.protect('  <  '), /^ {2}\d*<\d+ {2}$/u);
});

test('messages that are pieces of a control token do not join to one', () => {
  for (const parts of [
    ['<|im_', 'start|>'],
    ['<|', 'im_start', '|>'],
    ['<', '|im_end|', '>'],
  ]) {
    const given = guard.split(parts.map((part) => guard.protect(part)).join(''));
    assert.equal(given.join(''), parts.join(''));
    for (const piece of given) assert.ok(!specials.includes(piece), piece);
  }
  assert.equal(guard.split(`<|${guard.protect('im_start')}|>`).length, 2);
});

test('no mix of messages and template text becomes a control token, and no character is lost', () => {
  const fragment = fc.constantFrom(...specials, '<|im_', 'start', '|>', '<', '>', 's', ' ', 'moon');
  const text = fc.array(fragment, { maxLength: 6 }).map((parts) => parts.join(''));
  const multiCharacter = specials.filter((special) => special.length > 1);
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (messages) => {
      const rendered = messages.map((message) => guard.protect(message).trim()).join('');
      const parts = guard.split(rendered);
      assert.equal(parts.join(''), messages.map((message) => message.trim()).join(''));
      for (const part of parts) {
        for (const special of multiCharacter) assert.ok(!part.includes(special), part);
      }
    }),
    { numRuns: 2_000 },
  );
});
