import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Static } from 'typebox';
import {
  createFakeDependencies,
  inferenceKey,
  replay,
} from '../../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../../test/conformance/listening-app.ts';
import type { CompletionEvent } from '../../../completions/index.ts';
import { compileValidator } from '../../validation/compile-validator.ts';
import { completionChunkSchema, completionSchema } from './response-schema.ts';

type Chunk = Static<typeof completionChunkSchema>;

const readCompletion = compileValidator(completionSchema);
const readChunk = compileValidator(completionChunkSchema);
const settled: CompletionEvent = {
  type: 'settled',
  usage: { promptTokens: 3, cachedTokens: 0, completionTokens: 9, reasoningTokens: 4 },
  credits: 7n,
};
const usage = {
  prompt_tokens: 3,
  completion_tokens: 9,
  total_tokens: 12,
  cached_tokens: 0,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 4 },
};

const call = (callIndex: number, name: string, index = 0): CompletionEvent => ({
  type: 'tool-call-start',
  index,
  callIndex,
  id: `functions.${name}:${callIndex}`,
  name,
});
const argument = (callIndex: number, text: string, index = 0): CompletionEvent => ({
  type: 'tool-call-arguments',
  index,
  callIndex,
  text,
});
const text = (content: string, index = 0): CompletionEvent => ({
  type: 'text',
  index,
  text: content,
});
const reasoning = (content: string): CompletionEvent => ({
  type: 'reasoning',
  index: 0,
  text: content,
});
const end = (reason: 'stop' | 'length' | 'tool-calls', index = 0): CompletionEvent => ({
  type: 'choice-finished',
  index,
  reason,
});
const probability = (token: string, logprob: number, index = 0): CompletionEvent => ({
  type: 'logprobs',
  index,
  tokens: [{ token, bytes: [...Buffer.from(token)], logprob, top: [] }],
});

/** The same events to two clients: one that waits for the answer and one that reads the stream. */
async function bothForms(
  t: TestContext,
  batches: readonly (readonly CompletionEvent[])[],
  fields: object = {},
) {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () => replay([...batches, [settled]]);
  const app = await startApp(t, {}, dependencies);
  const post = (stream: boolean) =>
    fetch(`${app.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${inferenceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'kimi-k2.5',
        messages: [{ role: 'user', content: 'Hi' }],
        stream,
        ...fields,
      }),
    });
  const answer = readCompletion(await (await post(false)).json());
  const frames = (await (await post(true)).text()).trimEnd().split('\n\n');
  assert.equal(frames.pop(), 'data: [DONE]');
  const chunks = frames.map((frame) => readChunk(JSON.parse(frame.slice('data: '.length))));
  return { answer, chunks };
}

function deltas(chunks: readonly Chunk[], index = 0): object[] {
  return chunks.flatMap(({ choices }) =>
    choices.filter((choice) => choice.index === index).map(({ delta }) => delta),
  );
}

function finishReasons(chunks: readonly Chunk[]): (string | null)[] {
  return chunks.flatMap(({ choices }) =>
    choices.flatMap((choice) => (choice.finish_reason === null ? [] : [choice.finish_reason])),
  );
}

test('calls have their ids, types and names once, empty content beside them, and their own end', async (t) => {
  const { answer, chunks } = await bothForms(t, [
    [call(0, 'look'), argument(0, '{"at":')],
    [argument(0, '"moon"}')],
    [call(1, 'add'), argument(1, '{}'), end('tool-calls')],
  ]);
  assert.deepEqual(answer.choices, [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: '',
        refusal: null,
        tool_calls: [
          {
            id: 'functions.look:0',
            type: 'function',
            function: { name: 'look', arguments: '{"at":"moon"}' },
          },
          { id: 'functions.add:1', type: 'function', function: { name: 'add', arguments: '{}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
    },
  ]);
  const start = (index: number, id: string, name: string) => ({
    tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }],
  });
  const more = (index: number, piece: string) => ({
    tool_calls: [{ index, function: { arguments: piece } }],
  });
  assert.deepEqual(deltas(chunks), [
    { role: 'assistant', content: '' },
    start(0, 'functions.look:0', 'look'),
    more(0, '{"at":'),
    more(0, '"moon"}'),
    start(1, 'functions.add:1', 'add'),
    more(1, '{}'),
    {},
  ]);
  assert.deepEqual(finishReasons(chunks), ['tool_calls']);
});

test('the end is tool_calls exactly when there was a call, whatever the engine calls it', async (t) => {
  const cases = [
    [[call(0, 'look'), argument(0, '{}'), end('stop')], 'tool_calls'],
    [[text('Hi'), end('tool-calls')], 'stop'],
    [[call(0, 'look'), argument(0, '{"a'), end('length')], 'length'],
  ] as const;
  for (const [batch, reason] of cases) {
    const { answer, chunks } = await bothForms(t, [batch]);
    assert.equal(answer.choices[0]?.finish_reason, reason);
    assert.deepEqual(finishReasons(chunks), [reason]);
  }
});

test('reasoning comes before the content, in a field of its own, and is counted', async (t) => {
  const { answer, chunks } = await bothForms(t, [
    [reasoning('Hm'), reasoning('.')],
    [text('Hello'), end('stop')],
  ]);
  const { message } = answer.choices[0] ?? {};
  assert.deepEqual([message?.reasoning_content, message?.content], ['Hm.', 'Hello']);
  assert.deepEqual(answer.usage, usage);
  assert.deepEqual(deltas(chunks), [
    { role: 'assistant', content: '' },
    { reasoning_content: 'Hm' },
    { reasoning_content: '.' },
    { content: 'Hello' },
    {},
  ]);
  assert.deepEqual(chunks.at(-1)?.usage, usage);
});

test('log probabilities are arrays everywhere and finite, with or without alternatives', async (t) => {
  const never = { token: 'y', bytes: [121], logprob: Number.NEGATIVE_INFINITY };
  const hello = { token: 'é', bytes: [195, 169], logprob: -0.25, top: [never] };
  const { answer } = await bothForms(
    t,
    [[text('é'), { type: 'logprobs', index: 0, tokens: [hello] }, end('stop')]],
    { logprobs: true, top_logprobs: 1 },
  );
  assert.deepEqual(answer.choices[0]?.logprobs, {
    content: [
      {
        token: 'é',
        bytes: [195, 169],
        logprob: -0.25,
        top_logprobs: [{ token: 'y', bytes: [121], logprob: -9999 }],
      },
    ],
    refusal: [],
  });
});

test('log probabilities of an answer without text are empty, and null when nobody asked', async (t) => {
  const batches = [[call(0, 'look'), argument(0, '{}'), end('tool-calls')]];
  const asked = await bothForms(t, batches, { logprobs: true });
  assert.deepEqual(asked.answer.choices[0]?.logprobs, { content: [], refusal: [] });
  const { answer, chunks } = await bothForms(t, batches);
  assert.equal(answer.choices[0]?.logprobs, null);
  assert.ok(chunks.every(({ choices }) => choices[0]?.logprobs === null));
});

test('in a stream log probabilities leave in the chunk of their text, and none is lost', async (t) => {
  const { answer, chunks } = await bothForms(
    t,
    [
      [text('a'), probability('a', -1), text('b'), probability('b', -2)],
      // Held back as a possible stop sequence: its text comes a step later.
      [probability('c', -3)],
      [text('cd'), probability('d', -4)],
      [probability('end', -5), end('stop')],
    ],
    { logprobs: true },
  );
  const tokens = chunks.map(({ choices }) => {
    const [choice] = choices;
    const content = choice?.logprobs?.content.map(({ token }) => token) ?? [];
    return [choice?.delta.content, ...content];
  });
  assert.deepEqual(tokens, [
    [''],
    ['a', 'a'],
    ['b', 'b'],
    ['cd', 'c', 'd'],
    ['', 'end'],
    [undefined],
  ]);
  const collected = answer.choices[0]?.logprobs?.content.map(({ token }) => token);
  assert.deepEqual(collected, ['a', 'b', 'c', 'd', 'end']);
});

test('several choices keep their order, their roles and their ends, and share one usage', async (t) => {
  const { answer, chunks } = await bothForms(
    t,
    [
      [text('a', 1), text('b', 0)],
      [end('length', 0), text('c', 1), probability('c', -1, 1)],
      [call(0, 'look', 2), argument(0, '{}', 2), end('tool-calls', 2)],
      [end('stop', 1)],
    ],
    { n: 3, logprobs: true },
  );
  const summary = answer.choices.map((choice) => [
    choice.index,
    choice.message.content,
    choice.finish_reason,
  ]);
  assert.deepEqual(summary, [
    [0, 'b', 'length'],
    [1, 'ac', 'stop'],
    [2, '', 'tool_calls'],
  ]);
  assert.equal(answer.choices[2]?.message.tool_calls?.length, 1);
  const role = { role: 'assistant', content: '' };
  assert.deepEqual(deltas(chunks, 0), [role, { content: 'b' }, {}]);
  assert.deepEqual(deltas(chunks, 1), [role, { content: 'a' }, { content: 'c' }, {}]);
  assert.deepEqual(deltas(chunks, 2)[0], role);
  assert.deepEqual(finishReasons(chunks), ['length', 'tool_calls', 'stop']);
  const withUsage = chunks.filter((chunk) => chunk.usage !== undefined || chunk.choices[0]?.usage);
  assert.deepEqual(withUsage, [chunks.at(-1)]);
});

test('an answer in which one of several choices never ended is no answer', async (t) => {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () => replay([[text('a'), end('stop', 0)], [settled]]);
  const app = await startApp(t, {}, dependencies);
  const body = { model: 'kimi-k2.5', messages: [{ role: 'user', content: 'Hi' }], n: 2 };
  for (const stream of [false, true]) {
    const response = await fetch(`${app.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${inferenceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, stream }),
    });
    assert.equal(response.status, stream ? 200 : 503);
    const answer = await response.text();
    assert.ok(answer.includes('engine_unavailable') && !answer.includes('[DONE]'));
  }
});
