import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGbnfMatcher } from '../../../test/support/gbnf-matcher.ts';
import { createRandom } from '../../../test/support/random.ts';
import { compileJsonSchema, type SchemaOptions } from './index.ts';

function matcherOf(schema: unknown, options: SchemaOptions = { isStrict: true }) {
  const result = compileJsonSchema(schema, options);
  assert.equal(result.kind, 'compiled', JSON.stringify(result));
  return createGbnfMatcher(result.gbnf, result.rootRule);
}

test('a range of integers has all of them and no other', () => {
  const random = createRandom(11);
  for (let round = 0; round < 60; round += 1) {
    const minimum = random.integer(-130, 130);
    const maximum = minimum + random.integer(0, 140);
    const matches = matcherOf({ type: 'integer', minimum, maximum });
    for (let value = -300; value <= 300; value += 1) {
      const isIn = minimum <= value && value <= maximum;
      assert.equal(matches(`${value}`), isIn, `${value} in ${minimum} to ${maximum}`);
    }
  }
});

test('a range of decimals has all of them and no other', () => {
  const random = createRandom(12);
  for (let round = 0; round < 60; round += 1) {
    const minimum = random.integer(-300, 300) / 100;
    const maximum = minimum + random.integer(0, 400) / 100;
    const matches = matcherOf({ type: 'number', minimum, maximum });
    for (let cents = -720; cents <= 720; cents += 1) {
      const value = cents / 100;
      const isIn = minimum <= value && value <= maximum;
      assert.equal(matches(`${value}`), isIn, `${value} in ${minimum} to ${maximum}`);
    }
  }
});

test('multiples are all there and nothing else is', () => {
  for (let multipleOf = 1; multipleOf <= 64; multipleOf += 1) {
    const matches = matcherOf({ type: 'integer', multipleOf });
    for (let value = -200; value <= 200; value += 1) {
      assert.equal(matches(`${value}`), value % multipleOf === 0, `${value} of ${multipleOf}`);
    }
  }
});

test('every limit is one of the call, and going beyond it names what was too much', () => {
  const properties = { a: { type: 'string' }, b: { enum: [1, 2, 3] } };
  const schema = { type: 'object', properties };
  const refusals = [
    [{ schemaBytesMax: 50 }, 'schema'],
    [{ depthMax: 1 }, 'schema'],
    [{ valueDepthMax: 2 }, 'schema'],
    [{ propertiesMax: 1 }, 'properties'],
    [{ enumValuesMax: 2 }, 'enum'],
    [{ expandedDepthMax: 1 }, '$ref'],
    [{ grammarRulesMax: 5 }, 'schema'],
    [{ grammarBytesMax: 100 }, 'schema'],
    [{ leftPathsMax: 3 }, 'schema'],
  ] as const;
  assert.equal(compileJsonSchema(schema, { isStrict: true }).kind, 'compiled');
  for (const [limits, keyword] of refusals) {
    const result = compileJsonSchema(schema, { isStrict: false, limits });
    assert.equal(result.kind, 'refused', JSON.stringify(limits));
    assert.equal(result.keyword, keyword, JSON.stringify(limits));
  }
});

test('what is relaxed is listed once, with its place', () => {
  const item = { type: 'array', uniqueItems: true, contains: { const: 1 } };
  const schema = { type: 'object', properties: { a: { items: item, type: 'array' }, b: item } };
  const result = compileJsonSchema(schema, { isStrict: false });
  assert.equal(result.kind, 'compiled');
  assert.deepEqual(result.relaxed.toSorted(), [
    'properties.a.items.contains',
    'properties.a.items.uniqueItems',
    'properties.b.contains',
    'properties.b.uniqueItems',
  ]);
});

test('the same schema gives the same text, and equal parts stand in it once', () => {
  const person = { type: 'object', properties: { name: { type: 'string', maxLength: 90 } } };
  const schema = { type: 'object', properties: { a: person, b: person, c: person } };
  const [one, two] = [1, 2].map(() => compileJsonSchema(schema, { isStrict: true }));
  assert.deepEqual(one, two);
  assert.ok(one?.kind === 'compiled');
  assert.equal(one.gbnf.split('{0,90}').length, 2);
});

test('a grammar is ASCII, one rule a line, with nothing before or after the JSON', () => {
  const schema = { type: 'object', properties: { '名\n"前"': { enum: ['日本', '\u0000', ']'] } } };
  const result = compileJsonSchema(schema, { isStrict: true });
  assert.equal(result.kind, 'compiled');
  assert.match(result.gbnf, /^(?:[a-zA-Z0-9-]+ ::= [\x20-\x7e]+\n)+$/);
  const matches = matcherOf(schema);
  assert.ok(matches('{}'));
  for (const text of ['{} ', ' {}', '{}\n', '\n{}', '{\n}']) assert.ok(!matches(text));
});
