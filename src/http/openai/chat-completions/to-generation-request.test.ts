import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlatformError } from '../../../core/index.ts';
import { compileValidator } from '../../validation/compile-validator.ts';
import { type ChatCompletionBody, chatCompletionSchema } from './request-schema.ts';
import { toGenerationRequest } from './to-generation-request.ts';

const validate = compileValidator(chatCompletionSchema);
const user = { role: 'user', content: 'Hi' };

function body(fields: object = {}): ChatCompletionBody {
  return validate({ model: 'm', messages: [user], ...fields });
}

function failure(fields: object): PlatformError {
  try {
    toGenerationRequest(body(fields));
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
    assert.deepEqual(toGenerationRequest(body(fields)).generation, expected);
  }
});

test('a fractional max_tokens is rounded down and max_completion_tokens wins over it', () => {
  const bound = (fields: object) =>
    toGenerationRequest(body(fields)).generation.completionTokensMax;
  assert.equal(bound({ max_tokens: 1.5 }), 1);
  assert.equal(bound({ max_tokens: 9, max_completion_tokens: 3 }), 3);
  assert.equal(bound({ max_tokens: 9, max_completion_tokens: null }), 9);
  assert.equal(bound({ max_tokens: 1e300 }), Number.MAX_SAFE_INTEGER);
});

test('a seed beyond the exact integers becomes an exact one, always the same', () => {
  const seed = (value: number) =>
    toGenerationRequest(body({ seed: value })).generation.sampling.seed;
  assert.equal(seed(42), 42);
  assert.equal(seed(2 ** 63 + 2 ** 11), 2 ** 11);
  assert.equal(seed(-(2 ** 63)), 0);
});

test('roles, parts, names, calls and reasoning reach the engine in its own words', () => {
  const call = { id: 'c1', type: 'builtin_function', function: { name: 'f', arguments: '{' } };
  const { messages } = toGenerationRequest(
    body({
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
    }),
  ).generation;
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

test('reasoning is switched by the most explicit of three fields, and foreign switches are named', () => {
  const cases: readonly (readonly [object, object | undefined])[] = [
    [{}, undefined],
    [
      { thinking: { type: 'disabled' }, reasoning_effort: 'high' },
      { isEnabled: false, effort: 'high' },
    ],
    [{ reasoning_effort: 'none' }, { isEnabled: false }],
    [{ reasoning_effort: 'low' }, { isEnabled: true, effort: 'low' }],
    [{ chat_template_kwargs: { enable_thinking: false } }, { isEnabled: false }],
    [{ chat_template_kwargs: { thinking: true } }, { isEnabled: true }],
  ];
  for (const [fields, expected] of cases) {
    const { generation, ignoredParameters } = toGenerationRequest(body(fields));
    assert.deepEqual(generation.reasoning, expected);
    assert.deepEqual(ignoredParameters, []);
  }
  const foreign = {
    thinking: { type: 'enabled', keep: 'all' },
    chat_template_kwargs: { enable_thinking: true, other: 1 },
  };
  assert.deepEqual(toGenerationRequest(body(foreign)).ignoredParameters, [
    'thinking.keep',
    'chat_template_kwargs.other',
  ]);
});

test('tools reach the engine with a schema of an object, whatever of it the client left out', () => {
  const tool = (fields: object) => ({ type: 'function', function: { name: 'look', ...fields } });
  const nothing = { type: 'object', properties: {}, additionalProperties: false };
  const a = { type: 'string' };
  const cases: readonly (readonly [object, object])[] = [
    [{}, nothing],
    [{ parameters: null }, nothing],
    [{ parameters: {} }, nothing],
    [{ parameters: { properties: { a } } }, { type: 'object', properties: { a } }],
    [
      { parameters: { type: 'object', properties: { a }, required: ['a'] }, required: ['a', 'b'] },
      { type: 'object', properties: { a }, required: ['a', 'b'] },
    ],
  ];
  for (const [fields, parameters] of cases) {
    const { generation } = toGenerationRequest(body({ tools: [tool(fields)] }));
    assert.deepEqual(generation.tools, [{ name: 'look', parameters, isStrict: false }]);
    assert.deepEqual(generation.toolChoice, { type: 'auto' });
  }
  const named = { type: 'function', function: { name: 'look' } };
  const strict = toGenerationRequest(
    body({
      tools: [tool({ strict: true, description: 'Looks.' })],
      tool_choice: named,
      parallel_tool_calls: false,
    }),
  ).generation;
  assert.equal(strict.tools?.[0]?.isStrict, true);
  assert.equal(strict.tools?.[0]?.description, 'Looks.');
  assert.deepEqual(strict.toolChoice, { type: 'named', name: 'look' });
  assert.equal(strict.allowsParallelToolCalls, false);
});

test('formats, choices, log probabilities, biases, continuations and hints reach the engine', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer' } } };
  const format = { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } };
  const { generation } = toGenerationRequest(
    body({
      messages: [user, { role: 'assistant', content: '{', partial: true }],
      n: 3,
      response_format: format,
      logprobs: true,
      top_logprobs: 5,
      logit_bias: { 50256: -100 },
      prompt_cache_key: 'session 1',
    }),
  );
  assert.equal(generation.choices, 3);
  assert.deepEqual(generation.responseFormat, { type: 'json-schema', schema, isStrict: true });
  assert.deepEqual(generation.logprobs, { top: 5 });
  assert.deepEqual([...(generation.logitBias ?? [])], [[50256, -100]]);
  assert.equal(generation.continuesLastMessage, true);
  assert.equal(generation.cacheHint, 'session 1');
  const anyObject = toGenerationRequest(body({ response_format: { type: 'json_object' } }));
  assert.deepEqual(anyObject.generation.responseFormat, { type: 'json-object' });
});

test('a refusal names the exact place', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const text = { type: 'text', text: 'Hi' };
  const cases: readonly (readonly [object, string, string])[] = [
    [{ top_logprobs: 2 }, 'request/invalid', 'top_logprobs'],
    [{ tool_choice: 'required' }, 'request/invalid', 'tool_choice'],
    [
      { tools: [{ type: 'builtin_function', function: { name: '$web_search' } }] },
      'request/unsupported-parameter',
      'tools[0].type',
    ],
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
