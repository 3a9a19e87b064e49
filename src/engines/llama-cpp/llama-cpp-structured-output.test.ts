import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chatMlTemplate, writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { PlatformError } from '../../core/index.ts';
import { contractRequest, sampled } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationRequest, JsonSchema } from '../generation-request.ts';
import { validateAgainstSchema } from '../grammar/index.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { startTestEngine } from './start-test-engine.ts';

let folder = '';
let engine: LlamaCppEngine;
/** Its template opens the reasoning, and it never closes it. */
let thinker: LlamaCppEngine;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-structured-'));
  const modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
  const thinkerFile = join(folder, 'thinker.gguf');
  const opening = "{{ '<think>\\n' if enable_thinking else '<think>\\n\\n</think>\\n\\n' }}";
  await writeTinyModel(thinkerFile, { chatTemplate: chatMlTemplate + opening });
  engine = startTestEngine(modelFile);
  thinker = startTestEngine(thinkerFile);
  await Promise.all([engine.ready(), thinker.ready()]);
});
after(async () => {
  await Promise.all([engine.close(), thinker.close()]);
  await rm(folder, { recursive: true });
});

function inSchema(
  schema: JsonSchema,
  overrides: Partial<GenerationRequest> = {},
): GenerationRequest {
  return contractRequest({
    responseFormat: { type: 'json-schema', schema, isStrict: true },
    completionTokensMax: 600,
    ...overrides,
  });
}

const schemas: readonly JsonSchema[] = [
  { type: 'integer', minimum: -20, maximum: 20 },
  { type: 'string', pattern: '^[a-f]{2,4}-\\d$' },
  { type: 'string', format: 'date-time' },
  { enum: ['ü', 'moon', 1, null] },
  { anyOf: [{ type: 'boolean' }, { type: 'array', items: { const: 'x' }, maxItems: 3 }] },
  {
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'integer', minimum: 0, maximum: 9 },
          next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
        },
        required: ['value', 'next'],
        additionalProperties: false,
      },
    },
    $ref: '#/$defs/node',
  },
];

for (const schema of schemas) {
  test(`every answer that stops validates: ${JSON.stringify(schema).slice(0, 60)}`, async () => {
    const seeds = [1, 2, 3];
    const runs = await Promise.all(
      seeds.map((seed) => runGeneration(engine, inSchema(schema, { sampling: sampled(seed) }))),
    );
    const stopped = runs.filter(({ reason }) => reason === 'stop');
    assert.ok(stopped.length > 0, 'no answer came to an end');
    for (const { text } of stopped) {
      const validation = validateAgainstSchema(schema, JSON.parse(text));
      assert.equal(validation.kind, 'valid', text);
    }
  });
}

test('json-object gives objects', async () => {
  const responseFormat = { type: 'json-object' } as const;
  let stopped = 0;
  for (let seed = 1; seed <= 6; seed += 1) {
    const request = { responseFormat, sampling: sampled(seed), completionTokensMax: 600 };
    const run = await runGeneration(engine, contractRequest(request));
    assert.ok(run.text.startsWith('{'));
    if (run.reason !== 'stop') continue;
    stopped += 1;
    assert.equal(typeof JSON.parse(run.text), 'object');
  }
  assert.ok(stopped > 0, 'no answer came to an end');
});

test('the turn ends with the last character that the grammar allows', async () => {
  const run = await runGeneration(engine, inSchema({ const: 'mno' }));
  assert.equal(run.text, '"mno"');
  assert.equal(run.usage.completionTokens, 5);
  const exact = await runGeneration(engine, inSchema({ const: 'mno' }, { completionTokensMax: 5 }));
  assert.equal(exact.reason, 'stop');
  const cut = await runGeneration(engine, inSchema({ const: 'mno' }, { completionTokensMax: 4 }));
  assert.equal(cut.reason, 'length');
});

test('a format holds in each of several choices, and beside answers without one', async () => {
  const schema = { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 2 };
  const [formed, plain] = await Promise.all([
    runGeneration(engine, inSchema(schema, { choices: 2, sampling: sampled(1) })),
    runGeneration(engine, contractRequest({ sampling: sampled(1) })),
  ]);
  for (const { text } of formed.choices) assert.equal(JSON.parse(text).length, 2);
  const alone = await runGeneration(engine, contractRequest({ sampling: sampled(1) }));
  assert.equal(plain.text, alone.text);
});

test('with tools to choose from the answer is either in the format or a call', async () => {
  const parameters = { type: 'object', properties: {}, additionalProperties: false };
  const tools = [{ name: 'look_up', parameters, isStrict: true }];
  const texts = new Set<string>();
  for (let seed = 1; seed <= 12; seed += 1) {
    const request = inSchema({ const: 'mno' }, { tools, allowsParallelToolCalls: false });
    const bias = new Map([[3 + '<'.charCodeAt(0), seed % 2 === 0 ? 20 : 0]]);
    const run = await runGeneration(engine, {
      ...request,
      logitBias: bias,
      sampling: sampled(seed),
      completionTokensMax: 200,
    });
    const [call] = run.choices[0]?.calls ?? [];
    texts.add(call === undefined ? run.text : `${call.name}${call.arguments}`);
  }
  assert.deepEqual([...texts].toSorted(), ['"mno"', 'look_up{}']);
});

test('a keyword that cannot be honoured is refused under strict by its path, else listed', async () => {
  const schema = { type: 'array', items: { type: 'number' }, uniqueItems: true };
  const { signal } = new AbortController();
  const path = 'response_format.json_schema.schema.uniqueItems';
  await assert.rejects(
    () => engine.prepare(inSchema(schema), signal),
    (error) => error instanceof PlatformError && error.param === path,
  );
  const responseFormat = { type: 'json-schema', schema, isStrict: false } as const;
  const prepared = await engine.prepare(contractRequest({ responseFormat }), signal);
  assert.deepEqual(prepared.relaxedParameters, [path]);
});

test('reasoning that the template opens is told apart and counted', async () => {
  assert.equal(thinker.describe().supportsReasoning, true);
  assert.equal(engine.describe().supportsReasoning, false);
  const run = await runGeneration(
    thinker,
    contractRequest({ reasoning: { isEnabled: true }, sampling: sampled(1) }),
  );
  assert.equal(run.text, '');
  assert.ok((run.choices[0]?.reasoning.length ?? 0) > 0);
  assert.equal(run.usage.reasoningTokens, run.usage.completionTokens);
});

test('reasoning that is switched off is none, and the format begins at once', async () => {
  const reasoning = { isEnabled: false };
  const plain = await runGeneration(thinker, contractRequest({ reasoning, sampling: sampled(1) }));
  assert.equal(plain.usage.reasoningTokens, 0);
  assert.notEqual(plain.text, '');
  const formed = await runGeneration(thinker, inSchema({ const: 'mno' }, { reasoning }));
  assert.equal(formed.text, '"mno"');
});

test('a format does not hold inside the reasoning', async () => {
  const request = inSchema({ const: 'mno' }, { reasoning: { isEnabled: true } });
  const run = await runGeneration(thinker, { ...request, completionTokensMax: 20 });
  assert.equal(run.reason, 'length');
  assert.equal(run.text, '');
  assert.ok(!(run.choices[0]?.reasoning ?? '').startsWith('"mno"'));
});

test('an answer in a JSON format cannot be continued', async () => {
  const { messages } = contractRequest();
  const begun = { role: 'assistant', content: '{', toolCalls: [] } as const;
  const request = inSchema(true, { messages: [...messages, begun], continuesLastMessage: true });
  await assert.rejects(() => engine.prepare(request, new AbortController().signal), {
    code: 'request/invalid',
    param: 'messages[1].partial',
  });
});
