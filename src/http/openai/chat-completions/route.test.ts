import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createFakeDependencies,
  inferenceKey,
  managementKey,
  pageEvents,
  replay,
  unscopedKey,
} from '../../../../test/conformance/fake-dependencies.ts';
import { type ListeningApp, startApp } from '../../../../test/conformance/listening-app.ts';
import { PlatformError } from '../../../core/index.ts';
import { compileValidator } from '../../validation/compile-validator.ts';
import { completionChunkSchema, completionSchema } from './response-schema.ts';

const good = { model: 'moonshot/kimi-k2-5', messages: [{ role: 'user', content: 'a secret' }] };

function post(app: ListeningApp, fields: object = {}, headers: Record<string, string> = {}) {
  return fetch(`${app.baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${inferenceKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ ...good, ...fields }),
  });
}

async function frames(response: Response): Promise<string[]> {
  const text = await response.text();
  assert.ok(text.endsWith('\n\n'));
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => frame.slice('data: '.length));
}

const usage = {
  prompt_tokens: 16,
  completion_tokens: 835,
  total_tokens: 851,
  cached_tokens: 4,
  prompt_tokens_details: { cached_tokens: 4 },
};
const meta = { usage: { credits_used: 6538, usd_spent: 0.003269 } };
const engineDown = new PlatformError('engine/unavailable', 'The engine is restarting.', {
  retryAfterSeconds: 1.5,
});

test('an answer has the form of the page and carries its bill in body and headers', async (t) => {
  const app = await startApp(t);
  const response = await post(app, { model: 'kimi-k2.5' }, { 'x-client-request-id': 'mine:1' });
  const { id, ...body } = (await response.json()) as { id: string };
  assert.match(id, /^chatcmpl-698a8974[0-9a-f]{16}$/);
  assert.deepEqual(body, {
    object: 'chat.completion',
    created: 1_770_686_836,
    model: 'smollm2-135m-instruct',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello there\n"you"', refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage,
    meta,
    service_tier: 'default',
    system_fingerprint: 'fp_test',
  });
  compileValidator(completionSchema)({ id, ...body });
  const expected = {
    'x-credits-used': '6538',
    'x-usd-spent': '0.003269000',
    'x-aimlapi-credits-used': '6538',
    'x-aimlapi-usd-spent': '0.003269000',
    'x-model-alias': 'kimi-k2.5',
    'x-served-by': 'embedded',
    'x-client-request-id': 'mine:1',
    'x-ignored-parameters': null,
  };
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(response.headers.get(name), value, name);
  }
  assert.match(response.headers.get('x-inference-id') ?? '', /^[\w-]{21}$/);
  assert.match(response.headers.get('x-request-id') ?? '', /^req_[0-9a-f]{32}$/);
});

test('a stream names the role once, then text, then the finish with usage and bill, then [DONE]', async (t) => {
  const app = await startApp(t);
  const response = await post(app, { stream: true });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('x-credits-used'), null);
  const all = await frames(response);
  assert.equal(all.pop(), '[DONE]');
  const chunks = all.map((frame) => compileValidator(completionChunkSchema)(JSON.parse(frame)));
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  const [role, first, second, last] = chunks;
  const open = { index: 0, logprobs: null, finish_reason: null };
  assert.deepEqual(role?.choices, [{ ...open, delta: { role: 'assistant', content: '' } }]);
  assert.deepEqual(first?.choices, [{ ...open, delta: { content: 'Hello' } }]);
  assert.deepEqual(second?.choices, [{ ...open, delta: { content: ' there\n"you"' } }]);
  assert.deepEqual(last?.choices, [{ ...open, delta: {}, finish_reason: 'stop', usage }]);
  assert.deepEqual([last?.usage, last?.meta], [usage, meta]);
  assert.equal(chunks.length, 4);
  assert.ok(chunks.slice(0, 3).every((chunk) => !('usage' in chunk)));
});

test('include_usage moves usage and bill into a chunk without choices and nulls the others', async (t) => {
  const app = await startApp(t);
  const all = await frames(
    await post(app, { stream: true, stream_options: { include_usage: true } }),
  );
  assert.equal(all.pop(), '[DONE]');
  const chunks = all.map((frame) => compileValidator(completionChunkSchema)(JSON.parse(frame)));
  const last = chunks.pop();
  assert.deepEqual([last?.choices, last?.usage, last?.meta], [[], usage, meta]);
  assert.ok(chunks.every((chunk) => chunk.usage === null && !('meta' in chunk)));
  assert.deepEqual(chunks.at(-1)?.choices[0]?.usage, usage);
});

test('what the engine does not know about usage is absent, not zero', async (t) => {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () =>
    replay([
      [{ type: 'reasoning', index: 0, text: 'Hm.' }],
      [{ type: 'choice-finished', index: 0, reason: 'length' }],
      [
        {
          type: 'settled',
          usage: {
            promptTokens: 1,
            cachedTokens: undefined,
            completionTokens: 2,
            reasoningTokens: 2,
          },
          credits: 1n,
        },
      ],
    ]);
  const app = await startApp(t, {}, dependencies);
  const body = (await (await post(app)).json()) as Record<string, object>;
  assert.deepEqual(body.usage, {
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
    completion_tokens_details: { reasoning_tokens: 2 },
  });
  assert.deepEqual(body.choices, [
    {
      index: 0,
      message: { role: 'assistant', content: '', refusal: null, reasoning_content: 'Hm.' },
      logprobs: null,
      finish_reason: 'length',
    },
  ]);
});

for (const stream of [false, true]) {
  test(`a refusal before the start is a real status with a retry hint (stream: ${stream})`, async (t) => {
    const dependencies = createFakeDependencies();
    dependencies.completions.refusal = engineDown;
    const app = await startApp(t, {}, dependencies);
    const response = await post(app, { stream });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '2');
    assert.equal(response.headers.get('retry-after-ms'), '1500');
    assert.equal(response.headers.get('x-should-retry'), 'true');
  });

  test(`a failure before the first event is a real status (stream: ${stream})`, async (t) => {
    const dependencies = createFakeDependencies();
    dependencies.completions.events = () => failing([]);
    const app = await startApp(t, {}, dependencies);
    const response = await post(app, { stream });
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('x-should-retry'), 'true');
  });

  test(`an unknown failure is a 500 that shows nothing of itself (stream: ${stream})`, async (t) => {
    const dependencies = createFakeDependencies();
    dependencies.completions.events = () => failing([], new Error('password is hunter2'));
    const app = await startApp(t, {}, dependencies);
    const response = await post(app, { stream });
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.equal(JSON.parse(text).error.code, 'internal_error');
    assert.ok(!text.includes('hunter2'));
  });
}

test('a failure after text ends a stream with an error event and without [DONE]', async (t) => {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () => failing(pageEvents.slice(0, 2));
  const app = await startApp(t, {}, dependencies);
  const response = await post(app, { stream: true });
  assert.equal(response.status, 200);
  const last = JSON.parse((await frames(response)).at(-1) ?? '');
  assert.deepEqual(last.error.code, 'engine_unavailable');
  assert.equal(last.error.request_id, response.headers.get('x-request-id'));
});

test('a failure after charged text tells a waiting client not to retry', async (t) => {
  const dependencies = createFakeDependencies();
  dependencies.completions.events = () => failing(pageEvents.slice(0, 2));
  const app = await startApp(t, {}, dependencies);
  const response = await post(app);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('x-should-retry'), 'false');
});

test('what has no effect is named in a header, and refused under x-strict-parameters', async (t) => {
  const app = await startApp(t);
  const fields = { 'odd\r\nname': 1, thinking: { type: 'enabled', keep: 'all' }, store: true };
  const lenient = await post(app, fields);
  assert.equal(lenient.headers.get('x-ignored-parameters'), 'odd??name, store, thinking.keep');
  const strict = await post(app, fields, { 'x-strict-parameters': 'true' });
  const { error } = (await strict.json()) as { error: object };
  assert.equal(strict.status, 400);
  assert.ok('code' in error && error.code === 'unsupported_parameter');
});

test('what an engine relaxed is named too, reasoning by the field that asked for it', async (t) => {
  const dependencies = createFakeDependencies();
  const path = 'response_format.json_schema.schema#/properties/ü/format';
  dependencies.completions.relaxedParameters = ['thinking', path];
  const app = await startApp(t, {}, dependencies);
  const fields = { chat_template_kwargs: { enable_thinking: true }, reasoning_effort: 'low' };
  const response = await post(app, fields);
  assert.equal(
    response.headers.get('x-ignored-parameters'),
    `reasoning_effort, ${path.replace('ü', '?')}`,
  );
  await post(app, {}, { 'x-strict-parameters': 'true' });
  const asked = dependencies.completions.requests.map((request) => request.refusesRelaxation);
  assert.deepEqual(asked, [false, true]);
});

test('the header of what was ignored stays short, however much that is', async (t) => {
  const dependencies = createFakeDependencies();
  const names = Array.from({ length: 500 }, (_, index) => `${index}.${'x'.repeat(300)}`);
  dependencies.completions.relaxedParameters = names;
  const app = await startApp(t, {}, dependencies);
  const header = (await post(app)).headers.get('x-ignored-parameters') ?? '';
  assert.ok(header.startsWith('0.x'));
  assert.ok(header.length <= 2100, `${header.length} characters`);
});

test('management keys and keys without the chat scope cannot call models', async (t) => {
  const app = await startApp(t);
  for (const key of [managementKey, unscopedKey]) {
    const response = await post(app, {}, { authorization: `Bearer ${key}` });
    assert.equal(response.status, 403);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, 'permission_denied');
  }
  assert.deepEqual(app.dependencies.completions.requests, []);
});

test('the access log has one line of known fields, without prompt or key', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const { promise: logged, resolve } = Promise.withResolvers<void>();
  const record = (fields: object) => {
    lines.push({ ...fields });
    resolve();
  };
  const ignore = () => undefined;
  const dependencies = createFakeDependencies({
    logger: { debug: ignore, info: record, warn: record, error: record },
  });
  const app = await startApp(t, {}, dependencies);
  await (await post(app)).text();
  await logged;
  const [line] = lines;
  assert.equal(lines.length, 1);
  assert.deepEqual(
    [line?.status, line?.model, line?.keyId, line?.credits],
    [200, good.model, 'key', 6538],
  );
  assert.deepEqual([line?.promptTokens, line?.completionTokens], [16, 835]);
  const text = JSON.stringify(lines);
  assert.ok(!text.includes('a secret') && !text.includes(inferenceKey));
});

async function* failing(before: typeof pageEvents, error: Error = engineDown) {
  yield* before;
  throw error;
}
