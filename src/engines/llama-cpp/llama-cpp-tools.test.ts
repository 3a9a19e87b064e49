import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { PlatformError } from '../../core/index.ts';
import { contractRequest, sampled, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationRequest, ToolDefinition } from '../generation-request.ts';
import { validateAgainstSchema } from '../grammar/index.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { startTestEngine } from './start-test-engine.ts';

const turns =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{{ m.content }}" +
  '{% for c in m.tool_calls %}[{{ c.id }} {{ c.function.name }}({{ c.function.arguments | tojson }})]{% endfor %}' +
  "{% if m.role == 'tool' %}<{{ m.tool_call_id }}>{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";

/** What each family is known by, and where a real template shows the tools. */
const templates: Readonly<Record<string, string>> = {
  generic: "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{{ 'assistant: ' }}",
  'hermes-json': `{% if tools %}{{ tools | tojson }} <tool_call>{% endif %}${turns}`,
  'qwen-xml': `{% if tools %}{{ tools | tojson }} <tool_call><function=f><parameter=p>{% endif %}${turns}`,
  'kimi-k2': `{% if tools %}{{ tools | tojson }} <|tool_call_begin|><|tool_call_argument_begin|>{% endif %}${turns}`,
  'llama-3': `{% if tools %}{{ tools | tojson }} <|start_header_id|> "parameters": {% endif %}${turns}`,
  gemma: `{% if tools %}{{ tools | tojson }} <|tool_call>call:{% endif %}${turns}`,
};

const weather: ToolDefinition = {
  name: 'get_weather',
  description: 'The weather of a town.',
  parameters: {
    type: 'object',
    properties: {
      town: { enum: ['Zürich', 'Oslo'] },
      days: { type: 'integer', minimum: 1, maximum: 9 },
      note: { type: 'string', maxLength: 8 },
    },
    required: ['town', 'days', 'note'],
    additionalProperties: false,
  },
  isStrict: true,
};
const calculator: ToolDefinition = {
  name: 'calculate',
  parameters: {
    type: 'object',
    properties: {
      terms: { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 2 },
      operator: { enum: ['+', '-'] },
    },
    required: ['terms', 'operator'],
  },
  isStrict: false,
};
const tools = [weather, calculator];

function toolRequest(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return contractRequest({
    messages: [userMessage('What is the weather?')],
    tools,
    toolChoice: { type: 'required' },
    completionTokensMax: 1_000,
    ...overrides,
  });
}

function assertValid(call: { readonly name: string; readonly arguments: string }): void {
  const tool = tools.find(({ name }) => name === call.name);
  assert.ok(tool !== undefined, `${call.name} was not declared`);
  const validation = validateAgainstSchema(tool.parameters, JSON.parse(call.arguments));
  assert.equal(validation.kind, 'valid', `${call.arguments}: ${JSON.stringify(validation)}`);
}

for (const [family, chatTemplate] of Object.entries(templates)) {
  describe(`tools in the form of ${family}`, () => {
    let folder = '';
    let engine: LlamaCppEngine;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'moongate-tools-'));
      const modelFile = join(folder, 'tiny.gguf');
      await writeTinyModel(modelFile, { chatTemplate, contextTokens: 8_192 });
      engine = startTestEngine(modelFile, { contextTokens: 4_096 });
      await engine.ready();
    });
    after(async () => {
      await engine.close();
      await rm(folder, { recursive: true });
    });

    test('required and named calls validate, end the turn and leave nothing else', async () => {
      const named = { type: 'named', name: 'calculate' } as const;
      for (const toolChoice of [{ type: 'required' }, named] as const) {
        const request = toolRequest({ toolChoice, allowsParallelToolCalls: false });
        const seeds = [1, 2, 3, 4, 5, 6];
        const runs = await Promise.all(
          seeds.map((seed) => runGeneration(engine, { ...request, sampling: sampled(seed) })),
        );
        for (const [choice] of runs.map((run) => run.choices)) {
          assert.equal(choice?.reason, 'tool-calls', `${choice?.text}`);
          assert.equal(choice.text, '');
          assert.equal(choice.calls.length, 1);
          for (const call of choice.calls) assertValid(call);
          if (toolChoice === named) assert.equal(choice.calls[0]?.name, 'calculate');
        }
      }
    });

    test('several calls in a turn validate and have ids of their own', async () => {
      for (const seed of [1, 2, 3]) {
        const run = await runGeneration(engine, toolRequest({ sampling: sampled(seed) }));
        const [choice] = run.choices;
        const calls = choice?.calls ?? [];
        const complete = choice?.reason === 'length' ? calls.slice(0, -1) : calls;
        for (const call of complete) assertValid(call);
        assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
        const form = family === 'kimi-k2' ? /^functions\.\w+:\d+$/u : /^call_[\dA-Za-z]{24}$/u;
        for (const { id } of calls) assert.match(id, form);
      }
    });

    test('calls in each of several choices and in rounds with results in any order', async () => {
      const call = (id: string, name: string, text: string) => ({ id, name, arguments: text });
      const messages = [
        userMessage('Add 1 and 2, and tell me the weather.'),
        {
          role: 'assistant',
          content: '',
          toolCalls: [
            call('a', 'calculate', '{"terms":[1,2],"operator":"+"}'),
            call('b', 'get_weather', '{"town":"Oslo","days":1,"note":""}'),
          ],
        },
        { role: 'tool', content: 'rain', toolCallId: 'b' },
        { role: 'tool', content: '3', toolCallId: 'a' },
      ] as const;
      const request = toolRequest({ messages, choices: 2, allowsParallelToolCalls: false });
      const run = await runGeneration(engine, { ...request, sampling: sampled(3) });
      for (const choice of run.choices) {
        assert.equal(choice.reason, 'tool-calls');
        for (const one of choice.calls) assertValid(one);
        if (family === 'kimi-k2') assert.match(choice.calls[0]?.id ?? '', /:2$/u);
      }
    });

    test('auto without a trigger is plain text, and none shows the model no tools', async () => {
      const auto = await runGeneration(
        engine,
        toolRequest({ toolChoice: { type: 'auto' }, completionTokensMax: 24 }),
      );
      assert.equal(auto.choices[0]?.calls.length, 0);
      const none = await runGeneration(
        engine,
        toolRequest({ toolChoice: { type: 'none' }, completionTokensMax: 24 }),
      );
      assert.ok(none.usage.promptTokens < auto.usage.promptTokens);
    });
  });
}

describe('tool schemas', () => {
  let folder = '';
  let engine: LlamaCppEngine;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moongate-tools-'));
    const modelFile = join(folder, 'tiny.gguf');
    await writeTinyModel(modelFile, { contextTokens: 8_192 });
    engine = startTestEngine(modelFile, { contextTokens: 2_048 });
    await engine.ready();
  });
  after(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  const { signal } = new AbortController();
  const withKeyword = (isStrict: boolean): ToolDefinition => ({
    name: 'odd',
    parameters: {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'number' }, uniqueItems: true } },
    },
    isStrict,
  });

  test('a keyword that cannot be honoured is refused under strict, by its path', async () => {
    const request = toolRequest({ tools: [calculator, withKeyword(true)] });
    await assert.rejects(
      () => engine.prepare(request, signal),
      (error) => {
        assert.ok(error instanceof PlatformError);
        assert.equal(error.code, 'request/invalid');
        assert.equal(error.param, 'tools[1].function.parameters.properties.list.uniqueItems');
        return true;
      },
    );
  });

  test('otherwise it is relaxed and listed', async () => {
    const request = toolRequest({ tools: [calculator, withKeyword(false)] });
    const prepared = await engine.prepare(request, signal);
    const path = 'tools[1].function.parameters.properties.list.uniqueItems';
    assert.deepEqual(prepared.relaxedParameters, [path]);
  });

  test('a hundred and twenty-eight tools can be offered', async () => {
    const many = Array.from({ length: 128 }, (_, index) => ({
      name: `tool_${index}`,
      parameters: { type: 'object', properties: { value: { type: 'integer', maximum: 9 } } },
      isStrict: false,
    }));
    // They are too long for the context of this model, but not for the compiler.
    await assert.rejects(() => engine.prepare(toolRequest({ tools: many }), signal), {
      code: 'request/context-length-exceeded',
    });
  });
});
