import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../../core/index.ts';
import { chatCompletionSchema } from '../openai/chat-completions/request-schema.ts';
import { compileValidator } from './compile-validator.ts';

const validate = compileValidator(chatCompletionSchema);
const user = { role: 'user', content: 'Hi' };

const violations: readonly (readonly [string, object, string, string])[] = [
  ['a wrong type', { temperature: '1' }, 'temperature', 'expected number or null, received "1"'],
  ['a bound', { temperature: 3 }, 'temperature', 'expected at most 2, received 3'],
  ['a missing field', { messages: [{ role: 'user' }] }, 'messages[0].content', 'Missing required'],
  ['an unknown role', { messages: [{ role: 'x' }] }, 'messages[0].role', "'user', 'system'"],
  [
    'a key too many',
    { messages: [{ role: 'system', content: '', 'x y': 1 }] },
    'messages[0].x y',
    'Unknown parameter',
  ],
  [
    'a wrong word of an enum',
    { tool_choice: 'any' },
    'tool_choice',
    "expected one of 'none', 'auto', 'required', received \"any\"",
  ],
  [
    'a deep path',
    { messages: [user, { role: 'assistant', tool_calls: [{ id: 1 }] }] },
    'messages[1].tool_calls[0].type',
    'Missing required',
  ],
];

for (const [name, fields, param, text] of violations) {
  test(`the message for ${name} says where, what was expected and what was received`, () => {
    assert.throws(
      () => validate({ model: 'm', messages: [user], ...fields }),
      (error) => {
        assert.ok(error instanceof PlatformError);
        assert.equal(error.param, param);
        assert.ok(error.message.includes(text), error.message);
        return true;
      },
    );
  });
}

test('a long value is described, not quoted', () => {
  assert.throws(
    () => validate({ model: 'm', messages: [user], stop: 'x'.repeat(1000) }),
    /received a string of 1000 characters/,
  );
});

test('validation changes nothing: no coercion, no defaults, no removal', () => {
  const body = { model: 'm', messages: [user], extra: { a: 1 }, n: 1 };
  const copy = structuredClone(body);
  assert.equal(validate(body), body);
  assert.deepEqual(body, copy);
});
