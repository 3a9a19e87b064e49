import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { type TestContext, test } from 'node:test';
import {
  createFakeDependencies,
  inferenceKey,
  pageEvents,
} from '../../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../../test/conformance/listening-app.ts';
import { ManualTimers } from '../../../../test/conformance/manual-timers.ts';
import { type ErrorCode, PlatformError } from '../../../core/index.ts';

const firstEventWaitMs = 1001;
const streamCommentMs = 1002;
const settings = { firstEventWaitMs, streamCommentMs };
const timeout = 10_000;

/** A stream that was asked for while all slots are busy; the test decides when and how its turn comes. */
async function startQueued(t: TestContext, fields: object = {}) {
  const timers = new ManualTimers();
  const dependencies = createFakeDependencies();
  const admit = dependencies.completions.start.bind(dependencies.completions);
  const { promise: turn, resolve: takeTurn, reject: refuse } = Promise.withResolvers<void>();
  // Refused before it is waited for, it is no unhandled failure.
  turn.catch(() => undefined);
  const { promise: isAborted, resolve: onAbort } = Promise.withResolvers<void>();
  dependencies.completions.start = async (asked, signal) => {
    signal.addEventListener('abort', () => onAbort());
    await turn;
    return admit(asked, signal);
  };
  const app = await startApp(t, { settings, startTimer: timers.start }, dependencies);
  const client = request(`${app.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${inferenceKey}`, 'content-type': 'application/json' },
  });
  client.on('error', () => undefined);
  const messages = [{ role: 'user', content: 'Hi' }];
  client.end(JSON.stringify({ model: 'moonshot/kimi-k2-5', messages, stream: true, ...fields }));
  return { timers, dependencies, client, takeTurn, refuse, isAborted };
}

type Queued = Awaited<ReturnType<typeof startQueued>>;

async function openedWhileQueued({ timers, client }: Queued): Promise<IncomingMessage> {
  await timers.started(firstEventWaitMs);
  timers.fire(firstEventWaitMs);
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  response.setEncoding('utf8');
  return response;
}

async function textOf(response: IncomingMessage): Promise<string> {
  return (await response.toArray()).join('');
}

function framesOf(text: string) {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => JSON.parse(frame.slice('data: '.length)));
}

test('a stream that waits in the queue opens in time, is kept alive by comments and answers in its turn', {
  timeout,
}, async (t) => {
  const queued = await startQueued(t, { nonsense: 1 });
  const response = await openedWhileQueued(queued);
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['x-ignored-parameters'], 'nonsense');
  assert.equal(response.headers['x-served-by'], undefined);
  await queued.timers.started(streamCommentMs);
  queued.timers.fire(streamCommentMs);
  assert.deepEqual(await once(response, 'data'), [': keep-alive\n\n']);
  queued.takeTurn();
  const text = await textOf(response);
  const [first] = framesOf(text);
  assert.equal(first.choices[0].delta.role, 'assistant');
  assert.equal(first.model, 'smollm2-135m-instruct');
  assert.ok(text.endsWith('data: [DONE]\n\n'));
});

test('one wait covers the queue and the first event', { timeout }, async (t) => {
  const queued = await startQueued(t);
  const { promise: isGenerating, resolve } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  queued.dependencies.completions.events = async function* () {
    resolve();
    await released;
    yield* pageEvents;
  };
  await queued.timers.started(firstEventWaitMs);
  queued.takeTurn();
  await isGenerating;
  assert.equal(queued.timers.startedCount(firstEventWaitMs), 1);
  const response = await openedWhileQueued(queued);
  assert.equal(response.headers['x-served-by'], 'embedded');
  release();
  assert.ok((await textOf(response)).endsWith('data: [DONE]\n\n'));
});

const refusals: readonly [ErrorCode, number, boolean][] = [
  ['engine/overloaded', 503, true],
  ['ledger/insufficient-credits', 403, false],
];
for (const [code, status, isRetryable] of refusals) {
  test(`a queued stream is refused with its status before it opens and in the stream after: ${code}`, {
    timeout,
  }, async (t) => {
    const early = await startQueued(t);
    early.refuse(new PlatformError(code, 'Refused.'));
    const [refused] = (await once(early.client, 'response')) as [IncomingMessage];
    assert.equal(refused.statusCode, status);
    await textOf(refused);

    const late = await startQueued(t);
    const response = await openedWhileQueued(late);
    late.refuse(new PlatformError(code, 'Refused.'));
    const text = await textOf(response);
    const [{ error }] = framesOf(text);
    assert.equal(error.message, 'Refused.');
    assert.equal(error.should_retry, isRetryable);
    assert.ok(!text.includes('[DONE]'));
  });
}

const failures: readonly [string, boolean, boolean][] = [
  ['after text', true, false],
  ['whose own words say that it was charged', false, true],
];
for (const [name, hasText, hasCharged] of failures) {
  test(`a failure ${name} tells the client in the stream not to send the request again`, {
    timeout,
  }, async (t) => {
    const queued = await startQueued(t);
    queued.dependencies.completions.events = async function* () {
      if (hasText) yield [{ type: 'text', index: 0, text: 'Hello' }];
      throw new PlatformError('engine/unavailable', 'Lost.', { hasCharged });
    };
    const response = await openedWhileQueued(queued);
    queued.takeTurn();
    const error = framesOf(await textOf(response)).at(-1)?.error;
    assert.deepEqual([error.code, error.should_retry], ['engine_unavailable', false]);
  });
}

test('a client that hangs up after its queued stream has opened leaves the queue', {
  timeout,
}, async (t) => {
  const queued = await startQueued(t);
  await openedWhileQueued(queued);
  queued.client.destroy();
  await queued.isAborted;
});
