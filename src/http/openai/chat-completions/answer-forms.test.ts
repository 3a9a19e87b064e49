import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import OpenAI from 'openai';
import {
  createFakeDependencies,
  inferenceKey,
  replay,
} from '../../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../../test/conformance/listening-app.ts';
import type { CompletionEvent } from '../../../completions/index.ts';

const settled: CompletionEvent = {
  type: 'settled',
  usage: { promptTokens: 16, cachedTokens: 0, completionTokens: 9, reasoningTokens: 3 },
  credits: 100n,
};

async function clientFor(t: TestContext, batches: readonly (readonly CompletionEvent[])[]) {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () => replay(batches);
  const app = await startApp(t, {}, dependencies);
  return new OpenAI({ apiKey: inferenceKey, baseURL: `${app.baseUrl}/v1`, maxRetries: 0 });
}

const look = {
  type: 'function' as const,
  function: {
    name: 'look',
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
};
const question = {
  model: 'moonshot/kimi-k2-5',
  messages: [{ role: 'user' as const, content: 'Hi' }],
};

const calls: readonly (readonly CompletionEvent[])[] = [
  [{ type: 'reasoning', index: 0, text: 'Let me look.' }],
  [{ type: 'tool-call-start', index: 0, callIndex: 0, id: 'call_a', name: 'look' }],
  [{ type: 'tool-call-arguments', index: 0, callIndex: 0, text: '{"at":' }],
  [
    { type: 'tool-call-arguments', index: 0, callIndex: 0, text: '"sky"}' },
    { type: 'tool-call-start', index: 0, callIndex: 1, id: 'call_b', name: 'look' },
    { type: 'tool-call-arguments', index: 0, callIndex: 1, text: '{}' },
  ],
  [{ type: 'choice-finished', index: 0, reason: 'tool-calls' }],
  [settled],
];

test('an answer with calls has empty content, its reasoning, the calls, and says so', async (t) => {
  const client = await clientFor(t, calls);
  const answer = await client.chat.completions.create({ ...question, tools: [look] });
  assert.deepEqual(answer.choices, [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: '',
        refusal: null,
        reasoning_content: 'Let me look.',
        tool_calls: [
          { id: 'call_a', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } },
          { id: 'call_b', type: 'function', function: { name: 'look', arguments: '{}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ]);
  assert.equal(answer.usage?.completion_tokens_details?.reasoning_tokens, 3);
});

test("a stream with calls is put together by the official client's own helper", async (t) => {
  const client = await clientFor(t, calls);
  const stream = client.chat.completions.stream({ ...question, tools: [look] });
  const deltas: unknown[] = [];
  stream.on('chunk', (chunk) => deltas.push(chunk.choices[0]?.delta));
  const message = await stream.finalMessage();
  assert.deepEqual(
    message.tool_calls?.map(
      (call) => call.type === 'function' && [call.id, call.function.arguments],
    ),
    [
      ['call_a', '{"at":"sky"}'],
      ['call_b', '{}'],
    ],
  );
  assert.deepEqual(deltas, [
    { role: 'assistant', content: '' },
    { reasoning_content: 'Let me look.' },
    {
      tool_calls: [
        { index: 0, id: 'call_a', type: 'function', function: { name: 'look', arguments: '' } },
      ],
    },
    { tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '"sky"}' } }] },
    {
      tool_calls: [
        { index: 1, id: 'call_b', type: 'function', function: { name: 'look', arguments: '' } },
      ],
    },
    { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
    {},
  ]);
});

const hello = { token: 'Hello', bytes: [72, 101, 108, 108, 111], logprob: -0.1 };
const other = { token: '!', bytes: [33], logprob: -2 };
const withLogprobs: readonly (readonly CompletionEvent[])[] = [
  [
    { type: 'text', index: 0, text: 'Hello' },
    { type: 'logprobs', index: 0, tokens: [{ ...hello, top: [hello, other] }] },
  ],
  [{ type: 'logprobs', index: 0, tokens: [{ ...other, top: [] }] }],
  [{ type: 'choice-finished', index: 0, reason: 'stop' }],
  [settled],
];

test('log probabilities have arrays everywhere, and leave with their text or at the latest at the end', async (t) => {
  const client = await clientFor(t, withLogprobs);
  const expected = [
    { ...hello, top_logprobs: [hello, other] },
    { ...other, top_logprobs: [] },
  ];
  const asked = { ...question, logprobs: true, top_logprobs: 2 };
  const answer = await client.chat.completions.create(asked);
  assert.deepEqual(answer.choices[0]?.logprobs, { content: expected, refusal: [] });

  const stream = await client.chat.completions.create({ ...asked, stream: true });
  const chunks: [string | null | undefined, number | undefined][] = [];
  for await (const { choices } of stream) {
    const choice = choices[0];
    if (choice?.delta.content != null)
      chunks.push([choice.delta.content, choice.logprobs?.content?.length]);
  }
  assert.deepEqual(chunks, [
    ['', undefined],
    ['Hello', 1],
    ['', 1],
  ]);
});

const twoChoices: readonly (readonly CompletionEvent[])[] = [
  [{ type: 'text', index: 1, text: 'B' }],
  [
    { type: 'text', index: 0, text: 'A' },
    { type: 'choice-finished', index: 1, reason: 'length' },
  ],
  [{ type: 'choice-finished', index: 0, reason: 'stop' }],
  [settled],
];

test('several choices keep their order, each with one role chunk and one end, and one bill', async (t) => {
  const client = await clientFor(t, twoChoices);
  const answer = await client.chat.completions.create({ ...question, n: 2 });
  assert.deepEqual(
    answer.choices.map(({ index, message, finish_reason }) => [
      index,
      message.content,
      finish_reason,
    ]),
    [
      [0, 'A', 'stop'],
      [1, 'B', 'length'],
    ],
  );
  const stream = await client.chat.completions.create({
    ...question,
    n: 2,
    stream: true,
    stream_options: { include_usage: true },
  });
  const roles: number[] = [];
  const ends: [number, string][] = [];
  let bills = 0;
  for await (const { choices, usage } of stream) {
    if (usage != null) bills += 1;
    for (const { index, delta, finish_reason } of choices) {
      if (delta.role === 'assistant') roles.push(index);
      if (finish_reason !== null) ends.push([index, finish_reason]);
    }
  }
  assert.deepEqual(roles.sort(), [0, 1]);
  assert.deepEqual(ends.sort(), [
    [0, 'stop'],
    [1, 'length'],
  ]);
  assert.equal(bills, 1);
});
