import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileJsonSchema, validateAgainstSchema } from '../../../src/engines/grammar/index.ts';
import { createGbnfSampler } from '../../support/gbnf-sampler.ts';
import { createRandom } from '../../support/random.ts';
import { randomSchema } from '../../support/random-schema.ts';

const cases = Number(process.env.MOONGATE_SCHEMA_CASES ?? 200);
const firstSeed = Number(process.env.MOONGATE_SCHEMA_SEED ?? 1);
const samples = 5;

test(`whatever a grammar says validates, or strict names a keyword of the schema (${cases} seeds from ${firstSeed})`, () => {
  let compiled = 0;
  for (let seed = firstSeed; seed < firstSeed + cases; seed += 1) {
    const random = createRandom(seed);
    const schema = randomSchema(random);
    const told = () => `MOONGATE_SCHEMA_SEED=${seed} ${JSON.stringify(schema)}`;
    const result = compileJsonSchema(schema, { isStrict: true });
    if (result.kind === 'refused') {
      assert.ok(
        JSON.stringify(schema).includes(`"${result.keyword}"`),
        `${result.keyword}: ${told()}`,
      );
      continue;
    }
    compiled += 1;
    const sampler = createGbnfSampler(result.gbnf, result.rootRule);
    for (let index = 0; index < samples; index += 1) {
      const text = sampler.sample(random);
      const validation = validateAgainstSchema(schema, JSON.parse(text));
      assert.deepEqual(validation, { kind: 'valid' }, `${text}: ${told()}`);
    }
  }
  // Refusing everything would pass too.
  assert.ok(compiled > cases * 0.6, `only ${compiled} of ${cases} compiled`);
});

test('without strict nothing but a contradiction or a limit is refused', () => {
  let compiled = 0;
  for (let seed = firstSeed; seed < firstSeed + cases; seed += 1) {
    const schema = randomSchema(createRandom(seed));
    const result = compileJsonSchema(schema, { isStrict: false });
    if (result.kind === 'compiled') compiled += 1;
    else
      assert.doesNotMatch(
        result.message,
        /not supported|cannot be guaranteed/,
        JSON.stringify(schema),
      );
  }
  assert.ok(compiled > cases * 0.8, `only ${compiled} of ${cases} compiled`);
});
