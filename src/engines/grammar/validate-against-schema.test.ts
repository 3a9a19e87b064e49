import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateAgainstSchema } from './index.ts';

function isValid(schema: unknown, value: unknown): boolean {
  return validateAgainstSchema(schema, value).kind === 'valid';
}

test('an error says where in the value it is', () => {
  const schema = { type: 'object', properties: { tags: { items: { type: 'string' } } } };
  const result = validateAgainstSchema(schema, { tags: ['a', 5] });
  assert.equal(result.kind, 'invalid');
  assert.equal(result.errors.at(-1)?.pointer, '#/tags/1');
  assert.match(result.errors.at(-1)?.message ?? '', /string/);
});

test('keywords that no grammar guarantees are checked', () => {
  assert.ok(!isValid({ uniqueItems: true }, [1, 1]));
  assert.ok(!isValid({ not: { type: 'null' } }, null));
  assert.ok(!isValid({ type: 'object', dependentRequired: { a: ['b'] } }, { a: 1 }));
  assert.ok(!isValid({ patternProperties: { '^a': { type: 'string' } } }, { ab: 1 }));
});

test('older drafts mean what they meant', () => {
  assert.ok(!isValid({ minimum: 3, exclusiveMinimum: true }, 3));
  assert.ok(isValid({ maximum: 3, exclusiveMaximum: false }, 3));
  assert.ok(!isValid({ items: [{ type: 'string' }], additionalItems: false }, ['a', 1]));
  assert.ok(!isValid({ items: [{ type: 'string' }] }, [1]));
  assert.ok(isValid({ type: 'string', nullable: true }, null));
});

test('a pattern with needless escapes works, and one that is no pattern asks for nothing', () => {
  assert.ok(isValid({ pattern: '^\\d\\-\\d\\@$' }, '1-2@'));
  assert.ok(!isValid({ pattern: '^\\d\\-\\d$' }, '12'));
  assert.ok(isValid({ pattern: '(' }, 'anything'));
});

test('known formats are checked, unknown ones are annotations', () => {
  assert.ok(!isValid({ format: 'date' }, '2023-02-29'));
  assert.ok(isValid({ format: 'json-pointer' }, 'no pointer'));
});

test('references stay within the document, and lead nowhere else', () => {
  const schema = {
    $id: 'https://example.com/root.json',
    $defs: { n: { type: 'integer' } },
    properties: {
      a: { $ref: 'https://example.com/root.json#/$defs/n' },
      b: { $ref: 'https://example.org/other.json' },
    },
  };
  assert.ok(!isValid(schema, { a: 'x' }));
  assert.ok(isValid(schema, { a: 1, b: 'anything' }));
});

test('malformed keywords, names of the prototype and endless references do no harm', () => {
  assert.ok(isValid({ anyOf: {}, required: 'a', properties: 5, enum: [] }, { a: 1 }));
  const named = JSON.parse('{"properties":{"__proto__":{"type":"integer"}}}');
  assert.ok(!isValid(named, JSON.parse('{"__proto__":"a"}')));
  assert.ok(isValid(named, JSON.parse('{"__proto__":1}')));
  assert.ok(!isValid({ $ref: '#' }, 1));
  assert.equal(({} as Record<string, unknown>).type, undefined);
});

test('the schema of the caller stays as it was', () => {
  const schema = { $id: 'a', items: [{ type: 'string' }], nullable: true, type: 'array' };
  const before = structuredClone(schema);
  isValid(Object.freeze(schema), ['a']);
  assert.deepEqual(schema, before);
});
