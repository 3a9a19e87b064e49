import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TriggerWatch } from './trigger-watch.ts';

function found(parts: readonly string[]): string | undefined {
  const watch = new TriggerWatch({
    kind: 'lazy-grammar',
    gbnf: '',
    triggers: ['<tool_call>', '<function=a>'],
    startTriggers: ['{"name"'],
  });
  let before = '';
  for (const [index, part] of parts.entries()) {
    const text = watch.push(part);
    if (text !== undefined) return text + parts.slice(index + 1).join('');
    before += part;
  }
  assert.ok(!before.includes('<tool_call>'));
  return undefined;
}

test('the text from the trigger on is given, with what came after it in the same piece', () => {
  assert.equal(found(['Well.<tool', '_call>\n{']), '<tool_call>\n{');
  assert.equal(found(['a <function=', 'a>x']), '<function=a>x');
  assert.equal(found(['a <function=b>']), undefined);
});

test('a start trigger counts only as the first word', () => {
  assert.equal(found([' \n', ' {"na', 'me": "']), '{"name": "');
  assert.equal(found([' '.repeat(500), '{"name"']), '{"name"');
  assert.equal(found(['Look: ', '{"name": "']), undefined);
  assert.equal(found(['a', '{"name": "']), undefined);
});

test('however the text is cut, the same trigger is found', () => {
  const word = fc.constantFrom('<tool_call>', '{"name"', '<tool', '_call>', ' ', 'a', '<', '{"na');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      assert.equal(found([...words.join('')]), found([words.join('')]));
    }),
    { numRuns: 500 },
  );
});
