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
    toGenerationRequest(body(fields), 8);
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
    assert.deepEqual(toGenerationRequest(body(fields), 8).generation, expected);
  }
});

test('a fractional max_tokens is rounded down and max_completion_tokens wins over it', () => {
  const bound = (fields: object) =>
    toGenerationRequest(body(fields), 8).generation.completionTokensMax;
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

test('switching reasoning off is honoured in silence, switching it on is named', () => {
  const off = [
    { thinking: { type: 'disabled' } },
    { reasoning_effort: 'none' },
    { chat_template_kwargs: { enable_thinking: false } },
    { chat_template_kwargs: { thinking: false } },
  ];
  for (const fields of off) {
    const { generation, ignoredParameters } = toGenerationRequest(body(fields), 8);
    assert.deepEqual(generation.templateVariables, { enable_thinking: false });
    assert.deepEqual(ignoredParameters, []);
  }
  const on = {
    thinking: { type: 'enabled', keep: 'all' },
    reasoning_effort: 'max',
    chat_template_kwargs: { enable_thinking: true, other: 1 },
  };
  assert.deepEqual(toGenerationRequest(body(on), 8).ignoredParameters, [
    'thinking',
    'thinking.keep',
    'reasoning_effort',
    'chat_template_kwargs.enable_thinking',
    'chat_template_kwargs.other',
  ]);
});

test('tools that may not be called are left out of the prompt, and the client is told', () => {
  const tools = [{ type: 'function', function: { name: 'look' } }];
  const request = toGenerationRequest(body({ tools, tool_choice: 'none' }));
  assert.deepEqual(request.ignoredParameters, ['tools']);
});

test('a refusal names the exact place', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
  const text = { type: 'text', text: 'Hi' };
  const cases: readonly (readonly [object, string, string])[] = [
    [{ n: 2 }, 'request/unsupported-parameter', 'n'],
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
      { messages: [user, { role: 'assistant', content: '{', partial: true }] },
      'request/unsupported-parameter',
      'messages[1].partial',
    ],
  ];
  for (const [fields, code, param] of cases) {
    const error = failure(fields);
    assert.deepEqual([error.code, error.param], [code, param]);
  }
});
