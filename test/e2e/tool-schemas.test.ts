import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Schema, Validator } from '@cfworker/json-schema';
import { chooseChatFormat } from '../../src/engines/chat-formats/index.ts';
import {
  contractRequest,
  sampled,
  userMessage,
} from '../../src/engines/engine-contract/contract-request.ts';
import { runGeneration } from '../../src/engines/engine-contract/run-generation.ts';
import type { Engine, ToolDefinition } from '../../src/engines/index.ts';
import { startTestEngine } from '../../src/engines/llama-cpp/start-test-engine.ts';
import { createRandom } from '../support/random.ts';
import { randomToolSchema } from '../support/random-tool-schema.ts';
import { writeTinyModel } from '../support/tiny-gguf.ts';

const cases = Number(process.env.MOONGATE_SCHEMA_CASES ?? 60);
const firstSeed = Number(process.env.MOONGATE_SCHEMA_SEED ?? 1);
const realModel = process.env.MOONGATE_TEST_MODEL;
const realCases = Number(process.env.MOONGATE_REAL_SCHEMA_CASES ?? 8);
const sequences = 3;
const completionTokensMax = 600;
/** A chain may go on, and a model of random weights is in no hurry to end it. */
const endedShareMin = 0.9;

const turns =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{{ m.content }}{{ '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";
const offering = (syntax: string) =>
  `{% if tools %}{{ tools | tojson }} ${syntax}{% endif %}${turns}`;
/** One a way to write arguments, by what its family is known by. */
const templates: Readonly<Record<string, string>> = {
  generic: turns,
  'hermes-json': offering('<tool_call>'),
  'qwen-xml': offering('<tool_call><function=f><parameter=p>'),
  'kimi-k2': offering('<|tool_call_begin|><|tool_call_argument_begin|>'),
  'llama-3': offering('<|start_header_id|> "parameters": '),
  gemma: offering('<|tool_call>call:'),
};

const keywords = [
  ...[
    '$ref',
    '$defs',
    'definitions',
    'type',
    'nullable',
    'enum',
    'const',
    'anyOf',
    'oneOf',
    'allOf',
  ],
  ...['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties'],
  ...['maxProperties', 'unevaluatedProperties', 'items', 'prefixItems', 'additionalItems'],
  ...['unevaluatedItems', 'minItems', 'maxItems', 'uniqueItems', 'minLength', 'maxLength'],
  ...['pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  'multipleOf',
];

interface Outcome {
  readonly seed: number;
  readonly hasEnded: boolean;
  readonly completionTokens: number;
}

function seedsOf(family: number, families: number, count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  return all.filter((index) => index % families === family).map((index) => firstSeed + index);
}

function toolOf(seed: number): ToolDefinition {
  const parameters = randomToolSchema(createRandom(seed), seed);
  return { name: 'report', description: 'Reports.', parameters, isStrict: true };
}

async function forceCall(engine: Engine, seed: number): Promise<Outcome> {
  const tool = toolOf(seed);
  const told = `MOONGATE_SCHEMA_SEED=${seed} ${JSON.stringify(tool.parameters)}`;
  const request = contractRequest({
    messages: [userMessage('Report.')],
    tools: [tool],
    toolChoice: { type: 'named', name: tool.name },
    allowsParallelToolCalls: false,
    sampling: sampled(seed),
    completionTokensMax,
  });
  const run = await runGeneration(engine, request).catch((error: unknown) => {
    throw new Error(told, { cause: error });
  });
  const [choice] = run.choices;
  const { completionTokens } = run.usage;
  assert.equal(choice?.text, '', told);
  if (choice.reason === 'length') return { seed, hasEnded: false, completionTokens };
  assert.equal(choice.reason, 'tool-calls', told);
  assert.equal(choice.calls.length, 1, told);
  const written = choice.calls[0]?.arguments ?? '';
  const schema = todaysSpelling(tool.parameters) as Schema;
  const { valid, errors } = new Validator(schema, '2020-12').validate(parseJson(written, told));
  assert.ok(valid, `${written}\n${told}\n${JSON.stringify(errors)}`);
  return { seed, hasEnded: true, completionTokens };
}

function parseJson(text: string, told: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`no JSON: ${text}\n${told}`, { cause: error });
  }
}

/** What the validator reads: it knows neither `nullable` nor tuples of the drafts before 2020-12. */
function todaysSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(todaysSpelling);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, todaysSpelling(inner)] as const,
  );
  const { nullable, additionalItems, ...schema } = Object.fromEntries(entries);
  if (nullable === true) return { ...schema, type: [schema.type, 'null'] };
  if (additionalItems === undefined) return schema;
  return { ...schema, prefixItems: schema.items, items: additionalItems };
}

/** As many at once as the engine runs. Goes on after a failure, and throws all of them at the end. */
async function forceCalls(engine: Engine, seeds: readonly number[]): Promise<Outcome[]> {
  const waiting = [...seeds];
  const outcomes: Outcome[] = [];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      await forceCall(engine, seed).then(
        (outcome) => outcomes.push(outcome),
        (error: unknown) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: sequences }, worker));
  const told = `${failures.length} of ${seeds.length} schemas failed`;
  if (failures.length > 0) throw new AggregateError(failures, told);
  return outcomes;
}

function assertMostEnded(outcomes: readonly Outcome[]): string {
  const cut = outcomes.filter(({ hasEnded }) => !hasEnded).map(({ seed }) => seed);
  const ended = outcomes.length - cut.length;
  const tokens = outcomes.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
  const told = `${ended} of ${outcomes.length} calls ended, ${tokens} tokens; cut: [${cut}]`;
  assert.ok(ended >= outcomes.length * endedShareMin, told);
  return told;
}

function keywordsIn(value: unknown, seen: Set<string>): Set<string> {
  if (typeof value !== 'object' || value === null) return seen;
  for (const [key, inner] of Object.entries(value)) {
    seen.add(key);
    keywordsIn(inner, seen);
  }
  return seen;
}

test('the generated schemas have every keyword that is supported', () => {
  const seen = new Set<string>();
  for (const seed of seedsOf(0, 1, Math.max(cases, 60))) keywordsIn(toolOf(seed).parameters, seen);
  assert.deepEqual(
    keywords.filter((keyword) => !seen.has(keyword)),
    [],
  );
});

describe(`the arguments of a forced call validate (${cases} schemas from seed ${firstSeed})`, () => {
  for (const [index, [family, chatTemplate]] of Object.entries(templates).entries()) {
    test(`written in the form of ${family} by a model that knows nothing`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'moongate-tool-schemas-'));
      t.after(() => rm(folder, { recursive: true }));
      const modelFile = join(folder, 'tiny.gguf');
      await writeTinyModel(modelFile, { chatTemplate, contextTokens: 8_192 });
      const engine = startTestEngine(modelFile, { contextTokens: 4_096, sequences });
      t.after(() => engine.close());
      await engine.ready();
      assert.equal(chooseChatFormat(chatTemplate).name, family);
      const seeds = seedsOf(index, Object.keys(templates).length, cases);
      t.diagnostic(assertMostEnded(await forceCalls(engine, seeds)));
    });
  }

  test(`written by a real model (${realCases} schemas)`, {
    skip: realModel === undefined && 'MOONGATE_TEST_MODEL names no model to test with',
    timeout: 600_000,
  }, async (t) => {
    const engine = startTestEngine(realModel ?? '', { contextTokens: 2_048, sequences });
    t.after(() => engine.close());
    await engine.ready();
    t.diagnostic(assertMostEnded(await forceCalls(engine, seedsOf(0, 1, realCases))));
  });
});
