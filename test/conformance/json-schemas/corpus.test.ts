import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp';
import {
  type CompiledGrammar,
  compileAnyObject,
  compileJsonSchema,
  validateAgainstSchema,
} from '../../../src/engines/grammar/index.ts';
import { createGbnfMatcher } from '../../support/gbnf-matcher.ts';
import { createGbnfSampler } from '../../support/gbnf-sampler.ts';
import { createRandom } from '../../support/random.ts';
import { acceptedSchemas } from './corpus.ts';
import { refusedSchemas } from './refused-schemas.ts';

const samples = 40;
const seed = Number(process.env.MOONGATE_SCHEMA_SEED ?? 1);

let llama: Llama;

before(async () => {
  llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
  });
});

after(() => llama.dispose());

function compileStrictly(schema: unknown): CompiledGrammar {
  const result = compileJsonSchema(schema, { isStrict: true });
  assert.equal(result.kind, 'compiled', JSON.stringify(result));
  assert.deepEqual(result.relaxed, []);
  return result;
}

test('the corpus has at least 250 schemas', () => {
  assert.ok(acceptedSchemas.length + refusedSchemas.length >= 250);
});

describe('a schema that compiles under strict', () => {
  for (const { name, schema, texts = [], notTexts = [] } of acceptedSchemas) {
    test(`${name}: the engine loads its grammar, and every text of it validates`, async () => {
      const { gbnf, rootRule } = compileStrictly(schema);
      await llama.createGrammar({ grammar: gbnf, rootRuleName: rootRule });
      const sampler = createGbnfSampler(gbnf, rootRule);
      const random = createRandom(seed);
      for (let index = 0; index < samples; index += 1) {
        const text = sampler.sample(random);
        const validation = validateAgainstSchema(schema, JSON.parse(text));
        assert.deepEqual(validation, { kind: 'valid' }, `seed ${seed}: ${text}`);
      }
      const matches = createGbnfMatcher(gbnf, rootRule);
      for (const text of texts) {
        assert.ok(matches(text), `has ${text}`);
        assert.equal(validateAgainstSchema(schema, JSON.parse(text)).kind, 'valid', text);
      }
      for (const text of notTexts) assert.ok(!matches(text), `has not ${text}`);
    });
  }
});

describe('a schema that does not', () => {
  for (const { name, schema, keyword, path, isAlways = false } of refusedSchemas) {
    test(`${name}: strict names the keyword and its place`, () => {
      const result = compileJsonSchema(schema, { isStrict: true });
      assert.equal(result.kind, 'refused', JSON.stringify(result));
      assert.equal(result.keyword, keyword, result.message);
      if (path !== undefined) assert.equal(result.path, path);
      assert.match(result.message, /^[^\n]{10,300}[.]$/);
    });

    test(`${name}: without strict it is ${isAlways ? 'refused too' : 'relaxed, and the place listed'}`, async () => {
      const result = compileJsonSchema(schema, { isStrict: false });
      if (isAlways) return assert.equal(result.kind, 'refused');
      assert.equal(result.kind, 'compiled', JSON.stringify(result));
      assert.ok(result.relaxed.includes(path ?? keyword), JSON.stringify(result.relaxed));
      const { gbnf, rootRule } = result;
      await llama.createGrammar({ grammar: gbnf, rootRuleName: rootRule });
      const sampler = createGbnfSampler(gbnf, rootRule);
      const random = createRandom(seed);
      for (let index = 0; index < samples; index += 1) {
        const value: unknown = JSON.parse(sampler.sample(random));
        assert.ok(validateAgainstSchema(schema, value));
      }
    });
  }
});

test('the grammar of any object has every object and nothing else', async () => {
  const { gbnf, rootRule, relaxed } = compileAnyObject();
  await llama.createGrammar({ grammar: gbnf, rootRuleName: rootRule });
  assert.deepEqual(relaxed, []);
  const matches = createGbnfMatcher(gbnf, rootRule);
  for (const text of ['{}', '{"a": [1, {"b": null}], "c":"\\u00e9"}']) assert.ok(matches(text));
  for (const text of ['[]', '1', '"a"', '{}\n', ' {}', '{ }', '{"a":1}}'])
    assert.ok(!matches(text));
  const sampler = createGbnfSampler(gbnf, rootRule);
  const random = createRandom(seed);
  for (let index = 0; index < 200; index += 1) {
    const value: unknown = JSON.parse(sampler.sample(random));
    assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  }
});

test('the grammars of several schemas stand in one text when each has a prefix', async () => {
  const grammars = ['one-', 'two-'].map((rulePrefix) => {
    const schema = { type: 'object', properties: { a: { type: 'string', maxLength: 9 } } };
    const result = compileJsonSchema(schema, { isStrict: true, rulePrefix });
    assert.equal(result.kind, 'compiled');
    return result;
  });
  const text = grammars.map((grammar) => grammar.gbnf).join('');
  const root = `root ::= ${grammars.map((grammar) => grammar.rootRule).join(' | ')}\n`;
  await llama.createGrammar({ grammar: root + text });
  assert.ok(createGbnfMatcher(root + text, 'root')('{"a":"b"}'));
});
