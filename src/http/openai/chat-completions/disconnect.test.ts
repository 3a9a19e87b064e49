import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import {
  createFakeDependencies,
  type FakeDependencies,
  inferenceKey,
} from '../../../../test/conformance/fake-dependencies.ts';
import { type ListeningApp, startApp } from '../../../../test/conformance/listening-app.ts';
import { ManualTimers } from '../../../../test/conformance/manual-timers.ts';
import type { CompletionEvent } from '../../../completions/index.ts';

const firstEventWaitMs = 1001;
const streamCommentMs = 1002;
const drainTimeoutMs = 1003;
const settings = { firstEventWaitMs, streamCommentMs, drainTimeoutMs };
const settled: readonly CompletionEvent[] = [
  {
    type: 'settled',
    usage: { promptTokens: 3, cachedTokens: 0, completionTokens: 2, reasoningTokens: undefined },
    credits: 7n,
  },
];

function send(app: ListeningApp, fields: object) {
  const client = request(`${app.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${inferenceKey}`, 'content-type': 'application/json' },
  });
  client.on('error', () => undefined);
  client.end(
    JSON.stringify({
      model: 'moonshot/kimi-k2-5',
      messages: [{ role: 'user', content: 'Hi' }],
      ...fields,
    }),
  );
  return client;
}

/** Dependencies whose log lines can be waited for. */
function loggingDependencies() {
  const { promise: line, resolve } = Promise.withResolvers<Record<string, unknown>>();
  const ignore = () => undefined;
  const info = (fields: object) => resolve({ ...fields });
  const logger = { debug: ignore, info, warn: ignore, error: ignore };
  return { dependencies: createFakeDependencies({ logger }), line };
}

/** One text, then nothing until the abort, then the bill. */
function untilAborted(dependencies: FakeDependencies) {
  const { promise: isGenerating, resolve } = Promise.withResolvers<void>();
  dependencies.completions.events = async function* (_request, signal) {
    yield [{ type: 'text', index: 0, text: 'Hello' }];
    resolve();
    if (!signal.aborted) await once(signal, 'abort');
    yield settled;
  };
  return isGenerating;
}

for (const stream of [false, true]) {
  test(`a client that hangs up aborts the engine, and the bill is still read (stream: ${stream})`, {
    timeout: 10_000,
  }, async (t) => {
    const { dependencies, line } = loggingDependencies();
    const isGenerating = untilAborted(dependencies);
    const app = await startApp(t, {}, dependencies);
    const client = send(app, { stream });
    await isGenerating;
    client.destroy();
    const { status, credits, completionTokens } = await line;
    assert.deepEqual([status, credits, completionTokens], [499, 7, 2]);
  });
}

test('a client that hangs up while the request is still queued aborts it', {
  timeout: 10_000,
}, async (t) => {
  const { dependencies, line } = loggingDependencies();
  const { promise: isQueued, resolve } = Promise.withResolvers<void>();
  dependencies.completions.start = async (_request, signal) => {
    resolve();
    await once(signal, 'abort');
    throw signal.reason;
  };
  const app = await startApp(t, {}, dependencies);
  const client = send(app, {});
  await isQueued;
  client.destroy();
  assert.equal((await line).status, 499);
});

test('a slow first event opens the stream in time, and silence is filled with comments', {
  timeout: 10_000,
}, async (t) => {
  const timers = new ManualTimers();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const dependencies = createFakeDependencies();
  dependencies.completions.events = async function* () {
    await released;
    yield [{ type: 'text', index: 0, text: 'Hello' }];
    yield [{ type: 'choice-finished', index: 0, reason: 'stop' }, ...settled];
  };
  const app = await startApp(t, { settings, startTimer: timers.start }, dependencies);
  const client = send(app, { stream: true });
  await timers.started(firstEventWaitMs);
  timers.fire(firstEventWaitMs);
  const [response] = await once(client, 'response');
  assert.equal(response.statusCode, 200);
  response.setEncoding('utf8');
  await timers.started(streamCommentMs);
  timers.fire(streamCommentMs);
  assert.deepEqual(await once(response, 'data'), [': keep-alive\n\n']);
  timers.fire(streamCommentMs);
  assert.deepEqual(await once(response, 'data'), [': keep-alive\n\n']);
  release();
  const rest: string[] = await response.toArray();
  assert.ok(rest.join('').endsWith('data: [DONE]\n\n'));
});

test('a client that does not read pauses the engine and is dropped after the drain time', {
  timeout: 10_000,
}, async (t) => {
  const timers = new ManualTimers();
  const { dependencies, line } = loggingDependencies();
  const text = 'x'.repeat(64 * 1024);
  let batches = 0;
  dependencies.completions.events = async function* (_request, signal) {
    while (!signal.aborted) {
      batches += 1;
      yield [{ type: 'text', index: 0, text }];
    }
    yield settled;
  };
  const app = await startApp(t, { settings, startTimer: timers.start }, dependencies);
  const client = send(app, { stream: true });
  const [response] = await once(client, 'response');
  response.pause();
  await timers.started(drainTimeoutMs);
  const pausedAt = batches;
  const { promise: laterTurn, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  await laterTurn;
  assert.equal(batches, pausedAt, 'the engine is not read while the client is not');
  timers.fire(drainTimeoutMs);
  const { status, credits } = await line;
  assert.deepEqual([status, credits], [499, 7]);
});

test('a client that reads slowly gets every character in order', { timeout: 20_000 }, async (t) => {
  const dependencies = createFakeDependencies();
  const texts = Array.from({ length: 200 }, (_, index) => `${index}:${'é€😀'.repeat(2000)};`);
  dependencies.completions.events = async function* () {
    for (const text of texts) yield [{ type: 'text', index: 0, text }];
    yield [{ type: 'choice-finished', index: 0, reason: 'stop' }, ...settled];
  };
  const app = await startApp(t, {}, dependencies);
  const client = send(app, { stream: true });
  const [response] = await once(client, 'response');
  const received: Buffer[] = [];
  for await (const chunk of response) {
    received.push(chunk);
    await new Promise(setImmediate);
  }
  const contents = Buffer.concat(received)
    .toString('utf8')
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice(6)).choices[0].delta.content ?? '');
  assert.equal(contents.join(''), texts.join(''));
});
