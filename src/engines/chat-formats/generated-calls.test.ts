import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { compileJsonSchema, validateAgainstSchema } from '../grammar/index.ts';
import {
  type LlamaRuntime,
  loadLlamaRuntime,
  rowOptions,
} from '../llama-cpp/host/llama-runtime.ts';
import { resolveLlamaCppSettings } from '../llama-cpp/llama-cpp-options.ts';
import { allFormats, joinPieces } from './__fixtures__/read-turn.ts';
import { tools as textTools } from './__fixtures__/turn-fixture.ts';
import type { ChatFormat, ConstrainInput, KeyedSchema, ToolDefinition } from './chat-format.ts';

/** Only short values: a model of random weights stops nowhere by itself. */
const parameters = {
  type: 'object',
  properties: {
    days: { type: 'integer', minimum: 1, maximum: 9 },
    unit: { type: 'string', enum: ['celsius', 'kelvin'] },
    label: { type: 'string', maxLength: 3 },
  },
  required: ['days', 'unit'],
  additionalProperties: false,
};
const tools: readonly ToolDefinition[] = [
  { name: 'get_weather', parameters },
  { name: 'get-time', parameters: {} },
];
const tokensMax = 400;

let folder = '';
let runtime: LlamaRuntime;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-calls-'));
  const modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
  const settings = resolveLlamaCppSettings({
    modelName: 'tiny',
    hostUrl: new URL('./unused', import.meta.url),
    modelFile,
    logger: silentLogger,
    clock: systemClock,
    contextTokens: 1024,
    sequences: 1,
    threads: 1,
  });
  runtime = await loadLlamaRuntime(settings);
});

after(async () => {
  await runtime.model.dispose();
  await rm(folder, { recursive: true });
});

function schemaGrammar({ key, schema }: KeyedSchema) {
  const result = compileJsonSchema(schema, { isStrict: false, rulePrefix: key });
  assert.equal(result.kind, 'compiled');
  return result;
}

function grammarOf(format: ChatFormat, input: Partial<ConstrainInput>): string {
  const constraint = format.constrain({
    tools,
    choice: 'required',
    parallel: false,
    reasoningStart: 'closed',
    schemaGrammar,
    ...input,
  });
  assert.ok(constraint, 'the output is constrained');
  return constraint.gbnf;
}

/** The parts of the library that its types hide. */
interface InternalModel {
  readonly _model: object;
  readonly llama: {
    readonly _bindings: {
      readonly AddonGrammarEvaluationState: new (...parts: object[]) => object;
    };
  };
}

interface InternalGrammar {
  readonly _grammar: object;
}

async function generate(gbnf: string, seed: number): Promise<string> {
  const { model, sequences } = runtime;
  const [sequence] = sequences;
  assert.ok(sequence);
  const grammar = await model.llama.createGrammar({ grammar: gbnf });
  const internal = model as unknown as InternalModel;
  const { _grammar: native } = grammar as unknown as InternalGrammar;
  const { AddonGrammarEvaluationState } = internal.llama._bindings;
  const state = {
    _llama: model.llama,
    _state: new AddonGrammarEvaluationState(internal._model, native),
  };
  const generated: ReturnType<typeof model.tokenize> = [];
  await sequence.clearHistory();
  const evaluation = sequence.evaluate(model.tokenize('<|im_start|>assistant\n', true), {
    ...rowOptions(0),
    grammarEvaluationState: state as never,
    temperature: 1,
    topK: 0,
    topP: 1,
    seed,
    yieldEogToken: true,
  });
  for await (const token of evaluation) {
    if (model.isEogToken(token)) return model.detokenize(generated, true);
    generated.push(token);
    assert.ok(generated.length < tokensMax, model.detokenize(generated, true));
  }
  return model.detokenize(generated, true);
}

for (const format of allFormats) {
  describe(format.name, () => {
    test('a model that knows nothing writes a valid call and ends its turn there', async () => {
      for (const seed of [1, 2]) {
        const output = await generate(grammarOf(format, {}), seed);
        const reader = format.createReader({
          startsInReasoning: false,
          tools,
          callsBefore: 0,
          newCallId: () => 'call_1',
        });
        const turn = joinPieces([
          ...[...output].flatMap((one) => reader.push(one)),
          ...reader.finish(),
        ]);
        assert.equal(turn.text + turn.reasoning, '', output);
        assert.equal(turn.calls.length, 1, output);
        const [call] = turn.calls;
        assert.ok(call);
        const value: unknown = JSON.parse(call.json);
        if (call.name === 'get-time') assert.deepEqual(value, {});
        else assert.deepEqual(validateAgainstSchema(parameters, value), { kind: 'valid' }, output);
      }
    });

    test('the engine takes the grammar of every choice and every beginning of reasoning', async () => {
      for (const reasoningStart of ['inside', 'closed', 'free'] as const) {
        for (const choice of ['auto', 'required', { name: 'get_weather' }] as const) {
          const input = {
            reasoningStart,
            choice,
            parallel: true,
            tools: [...tools, ...textTools.slice(1)],
          };
          await runtime.model.llama.createGrammar({ grammar: grammarOf(format, input) });
        }
      }
    });
  });
}
