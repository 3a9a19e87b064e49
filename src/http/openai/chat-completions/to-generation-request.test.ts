import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlatformError } from '../../../core/index.ts';
import { compileValidator } from '../../validation/compile-validator.ts';
import { chatCompletionSchema } from './request-schema.ts';
import { toGenerationRequest } from './to-generation-request.ts';

const validate = compileValidator(chatCompletionSchema);
const user = { role: 'user', content: 'Hi' };

function read(fields: object = {}) {
  const body = validate({ model: 'm', messages: [user], ...fields });
  return toGenerationRequest(body);
}

function failure(fields: object): PlatformError {
  try {
    read(fields);
  } catch (error) {
    return error as PlatformError;
  }
  throw new Error('nothing was refused');
}

test('what a client leaves out or sets to null takes the default', () => {
  const expected = {
    messages: [{ role: 'user', content: 'Hi' }],
    sampling: {
      temperature: 1,
      topP: 1,
      topK: 0,
      minP: 0,
      seed: undefined,
      frequencyPenalty: 0,
      presencePenalty: 0,
      repetitionPenalty: 1,
    },
    stop: [],
    completionTokensMax: undefined,
    templateVariables: {},
  };
  const nulls = { temperature: null, stop: null, seed: null, max_tokens: null, stream: null };
  for (const fields of [{}, nulls]) {
    assert.deepEqual(read(fields).generation, expected);
  }
});

test('a fractional max_tokens is rounded down and max_completion_tokens wins over it', () => {
  const bound = (fields: object) => read(fields).generation.completionTokensMax;
  assert.equal(bound({ max_tokens: 1.5 }), 1);
  assert.equal(bound({ max_tokens: 9, max_completion_tokens: 3 }), 3);
  assert.equal(bound({ max_tokens: 9, max_completion_tokens: null }), 9);
  assert.equal(bound({ max_tokens: 1e300 }), Number.MAX_SAFE_INTEGER);
});

test('a seed beyond the exact integers becomes an exact one, always the same', () => {
  const seed = (value: number) => read({ seed: value }).generation.sampling.seed;
  assert.equal(seed(42), 42);
  assert.equal(seed(2 ** 63 + 2 ** 11), 2 ** 11);
  assert.equal(seed(-(2 ** 63)), 0);
});

test('roles, parts, names, calls and reasoning reach the engine in its own words', () => {
  const call = { id: 'c1', type: 'builtin_function', function: { name: 'f', arguments: '{' } };
  const { messages } = read({
    messages: [
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'user', content: 'Hi', name: 'Ann' },
      { role: 'assistant', tool_calls: [call], reasoning_content: 'Hm.', refusal: null },
      { role: 'tool', content: 'ok', tool_call_id: 'c1', name: null },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }], tool_calls: null },
    ],
  }).generation;
  assert.deepEqual(messages, [
    { role: 'system', content: 'a\nb' },
    { role: 'user', content: 'Hi', name: 'Ann' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'c1', name: 'f', arguments: '{' }],
      reasoning: 'Hm.',
    },
    { role: 'tool', content: 'ok', toolCallId: 'c1' },
    { role: 'assistant', content: 'No.', toolCalls: [] },
  ]);
});

test('reasoning is switched by the most explicit of its fields, and foreign switches are named', () => {
  const cases: readonly (readonly [object, object | undefined, string | undefined])[] = [
    [{}, undefined, undefined],
    [{ thinking: null, reasoning_effort: null }, undefined, undefined],
    [{ thinking: { type: 'enabled' } }, { isEnabled: true }, 'thinking'],
    [
      { thinking: { type: 'disabled' }, reasoning_effort: 'high' },
      { isEnabled: false },
      'thinking',
    ],
    [{ reasoning_effort: 'none' }, { isEnabled: false }, 'reasoning_effort'],
    [{ reasoning_effort: 'low' }, { isEnabled: true, effort: 'low' }, 'reasoning_effort'],
    [
      { thinking: { type: 'enabled' }, reasoning_effort: 'max' },
      { isEnabled: true, effort: 'max' },
      'thinking',
    ],
    [
      { chat_template_kwargs: { enable_thinking: false } },
      { isEnabled: false },
      'chat_template_kwargs.enable_thinking',
    ],
    [
      { chat_template_kwargs: { thinking: true } },
      { isEnabled: true },
      'chat_template_kwargs.thinking',
    ],
  ];
  for (const [fields, expected, field] of cases) {
    const { generation, ignoredParameters, reasoningField } = read(fields);
    assert.deepEqual(generation.reasoning, expected);
    assert.deepEqual([ignoredParameters, reasoningField], [[], field]);
  }
  const foreign = {
    thinking: { type: 'enabled', keep: 'all' },
    chat_template_kwargs: { enable_thinking: true, other: 1 },
  };
  const names = ['thinking.keep', 'chat_template_kwargs.other'];
  assert.deepEqual(read(foreign).ignoredParameters, names);
});

test('parameters become the schema of an object, with the required names of both places', () => {
  const parametersOf = (fields: object) =>
    read({ tools: [{ type: 'function', function: { name: 'f', ...fields } }] }).generation
      .tools?.[0]?.parameters;
  const nothing = { type: 'object', properties: {}, additionalProperties: false };
  for (const fields of [{}, { parameters: null }, { parameters: {} }, { required: [] }]) {
    assert.deepEqual(parametersOf(fields), nothing);
  }
  const properties = { a: { type: 'string' }, b: {} };
  assert.deepEqual(parametersOf({ parameters: { properties } }), { type: 'object', properties });
  assert.deepEqual(
    parametersOf({ parameters: { properties, required: ['a'] }, required: ['b', 'a'] }),
    { type: 'object', properties, required: ['a', 'b'] },
  );
  assert.deepEqual(parametersOf({ parameters: { properties: null, required: null, title: 'F' } }), {
    type: 'object',
    title: 'F',
  });
  assert.deepEqual(parametersOf({ required: ['a'] }), { type: 'object', required: ['a'] });
});

test('tools reach the engine with their choice, also when they may not be called', () => {
  const tools = [
    { type: 'function', function: { name: 'f', description: 'F.', strict: true } },
    { type: 'function', function: { name: 'g', description: null, strict: false } },
  ];
  const { generation } = read({ tools, parallel_tool_calls: false });
  assert.deepEqual(
    generation.tools?.map(({ parameters, ...others }) => others),
    [
      { name: 'f', description: 'F.', isStrict: true },
      { name: 'g', isStrict: false },
    ],
  );
  assert.equal(generation.allowsParallelToolCalls, false);
  const choiceOf = (choice: unknown) => read({ tools, tool_choice: choice }).generation.toolChoice;
  assert.deepEqual(choiceOf(null), { type: 'auto' });
  assert.deepEqual(choiceOf('none'), { type: 'none' });
  assert.deepEqual(choiceOf('required'), { type: 'required' });
  const named = { type: 'function', function: { name: 'g' } };
  assert.deepEqual(choiceOf(named), { type: 'named', name: 'g' });
});

test('the form of the answer reaches the engine, and what equals the default is left out', () => {
  const defaults = {
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    response_format: { type: 'text' },
    n: 1,
    logprobs: false,
    top_logprobs: 0,
    logit_bias: { 5: 0 },
    prompt_cache_key: '',
  };
  assert.deepEqual(read(defaults).generation, read().generation);
  const schema = { type: 'object', properties: {} };
  const format = (fields: object) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', ...fields } },
  });
  const formatOf = (fields: object) => read(fields).generation.responseFormat;
  assert.deepEqual(formatOf({ response_format: { type: 'json_object' } }), { type: 'json-object' });
  assert.deepEqual(formatOf(format({ schema, strict: true })), {
    type: 'json-schema',
    schema,
    isStrict: true,
  });
  assert.deepEqual(formatOf(format({ strict: null })), {
    type: 'json-schema',
    schema: { type: 'object' },
    isStrict: false,
  });
  const { generation } = read({
    n: 3,
    logprobs: true,
    top_logprobs: 2,
    logit_bias: { 5: -100, 7: 0, 11: 0.5 },
    prompt_cache_key: 'session-1',
    messages: [user, { role: 'assistant', content: 'The', partial: true }],
  });
  assert.deepEqual([generation.choices, generation.logprobs], [3, { top: 2 }]);
  assert.deepEqual(
    [...(generation.logitBias ?? [])],
    [
      [5, -100],
      [11, 0.5],
    ],
  );
  assert.deepEqual([generation.cacheHint, generation.continuesLastMessage], ['session-1', true]);
});

test('a refusal names the exact place', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const text = { type: 'text', text: 'Hi' };
  const f = { type: 'function', function: { name: 'f' } };
  const named = { type: 'function', function: { name: 'g' } };
  const builtin = { type: 'builtin_function', function: { name: '$web_search' } };
  const cases: readonly (readonly [object, string, string])[] = [
    [{ tool_choice: 'required' }, 'request/invalid', 'tool_choice'],
    [{ tools: [f], tool_choice: named }, 'request/invalid', 'tool_choice.function.name'],
    [{ tools: [f, f] }, 'request/invalid', 'tools[1].function.name'],
    [{ tools: [f, builtin] }, 'request/unsupported-parameter', 'tools[1].type'],
    [{ top_logprobs: 1 }, 'request/invalid', 'top_logprobs'],
    [
      { messages: [user, { role: 'user', content: [text, image] }] },
      'request/unsupported-modality',
      'messages[1].content[1].type',
    ],
    [
      { messages: [user, { role: 'tool', content: '', tool_call_id: 'x' }] },
      'request/invalid',
      'messages[1].tool_call_id',
    ],
    [
      { messages: [user, { role: 'assistant', content: '{', partial: true }, user] },
      'request/invalid',
      'messages[1].partial',
    ],
  ];
  for (const [fields, code, param] of cases) {
    const error = failure(fields);
    assert.deepEqual([error.code, error.param], [code, param]);
  }
});
