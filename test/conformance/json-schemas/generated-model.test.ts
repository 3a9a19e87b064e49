import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  getLlama,
  type Llama,
  type LlamaContext,
  LlamaGrammarEvaluationState,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import { compileJsonSchema, validateAgainstSchema } from '../../../src/engines/grammar/index.ts';
import { writeTinyModel } from '../../support/tiny-gguf.ts';
import { acceptedSchemas } from './corpus.ts';

/** Of the corpus, those whose texts cannot become long, since a model of random weights stops nowhere by itself. */
const shortSchemas = new Set([
  ...['boolean', 'integer', 'number', 'minimum and maximum', 'a fractional range', 'a probability'],
  ...['multiples of 7 from 0 on', 'cents', 'an enum of prefixes', 'an enum in other scripts'],
  ...['a const object', 'maxLength', 'an exact length', 'an escape counts as one character'],
  ...['date', 'time', 'date-time', 'uuid', 'ipv6', 'counted digits', 'nested repetition'],
  ...['a unicode property', 'other scripts', 'a pattern with both', 'many required properties'],
  ...['only the required fit', 'minItems and maxItems', 'a coordinate', 'a matrix'],
  ...['anyOf of ranges', 'oneOf of titled constants', 'allOf of bounds', 'a sentiment'],
  ...['a chess move', 'a GeoJSON point'],
]);
const seeds = [1, 2];
const tokensMax = 700;

let folder = '';
let llama: Llama;
let model: LlamaModel;
let context: LlamaContext;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schema-model-'));
  const modelPath = join(folder, 'tiny.gguf');
  await writeTinyModel(modelPath);
  llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
  });
  model = await llama.loadModel({ modelPath });
  context = await model.createContext({ contextSize: 1024, threads: 1 });
});

after(async () => {
  await llama.dispose();
  await rm(folder, { recursive: true });
});

/** undefined when the model has not come to an end. */
async function generate(gbnf: string, rootRule: string, seed: number): Promise<string | undefined> {
  const grammar = await llama.createGrammar({ grammar: gbnf, rootRuleName: rootRule });
  const sequence = context.getSequence();
  const generated: Token[] = [];
  const evaluation = sequence.evaluate(model.tokenize('<|im_start|>assistant\n', true), {
    grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }),
    temperature: 1,
    topK: 0,
    topP: 1,
    seed,
    yieldEogToken: true,
  });
  let isFinished = false;
  for await (const token of evaluation) {
    isFinished = model.isEogToken(token);
    if (isFinished || generated.length === tokensMax) break;
    generated.push(token);
  }
  await sequence.dispose();
  return isFinished ? model.detokenize(generated) : undefined;
}

const chosen = acceptedSchemas.filter(({ name }) => shortSchemas.has(name));

test('at least thirty schemas of the corpus are chosen, and every chosen one exists', () => {
  assert.ok(chosen.length >= 30);
  assert.equal(chosen.length, shortSchemas.size);
});

describe('a model that knows nothing writes what the schema asks for', () => {
  for (const { name, schema } of chosen) {
    test(`${name}: it comes to an end, and the text validates`, async () => {
      const result = compileJsonSchema(schema, { isStrict: true });
      assert.equal(result.kind, 'compiled');
      for (const seed of seeds) {
        const text = await generate(result.gbnf, result.rootRule, seed);
        assert.ok(text !== undefined, `seed ${seed} did not end`);
        assert.deepEqual(validateAgainstSchema(schema, JSON.parse(text)), { kind: 'valid' }, text);
      }
    });
  }
});
