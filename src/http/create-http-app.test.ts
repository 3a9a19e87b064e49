import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createFakeDependencies,
  inferenceKey,
  pageEvents,
} from '../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../test/conformance/listening-app.ts';
import { sendRaw } from '../../test/conformance/send-raw.ts';
import { createHttpApp } from './create-http-app.ts';

const good = JSON.stringify({
  model: 'moonshot/kimi-k2-5',
  messages: [{ role: 'user', content: 'Hi' }],
});
const headers = {
  authorization: `Bearer ${inferenceKey}`,
  'content-type': 'application/json',
};

test('a bad key is refused before the body is read', async (t) => {
  const app = await startApp(t);
  const { status } = await sendRaw(app.baseUrl, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: [
      ['authorization', 'Bearer nobody'],
      ['content-type', 'application/json'],
      ['content-length', '1000'],
    ],
  });
  assert.equal(status, 401, 'answered although not one byte of the body was sent');
});

test('every refusal of a key is the same to the last byte but for ids and time', async (t) => {
  const app = await startApp(t);
  const answers = new Set<string>();
  for (const authorization of [
    '',
    'Bearer',
    'Bearer nobody',
    'Basic eA==',
    `Bearer ${'k'.repeat(500)}`,
  ]) {
    const response = await fetch(`${app.baseUrl}/v1/key`, { headers: { authorization } });
    const text = await response.text();
    assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    answers.add(text.replaceAll(/req_[0-9a-f]+/g, 'id'));
  }
  assert.equal(answers.size, 1);
});

test('a page of any origin may call, with the headers it asks for, and read ours', async (t) => {
  const app = await startApp(t);
  const url = `${app.baseUrl}/v1/chat/completions`;
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-stainless-os',
    },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.equal(
    preflight.headers.get('access-control-allow-headers'),
    'authorization,x-stainless-os',
  );
  const origin = 'https://page.example';
  for (const key of ['nobody', inferenceKey]) {
    const own = { ...headers, origin, authorization: `Bearer ${key}` };
    const response = await fetch(url, { method: 'POST', headers: own, body: good });
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.match(response.headers.get('access-control-expose-headers') ?? '', /x-credits-used/);
    await response.text();
  }
});

test('a refused body does not cost the client its connection', async (t) => {
  const app = await startApp(t);
  const url = `${app.baseUrl}/v1/chat/completions`;
  const response = await fetch(url, { method: 'POST', headers, body: '{' });
  assert.equal(response.status, 400);
  assert.notEqual(response.headers.get('connection'), 'close');
  await response.text();
});

test('an invalid client request id is dropped without an error', async (t) => {
  const app = await startApp(t);
  for (const id of ['has space', 'x'.repeat(129), 'ü']) {
    const response = await fetch(`${app.baseUrl}/healthz`, {
      headers: { 'x-client-request-id': id },
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-client-request-id'), null);
  }
});

test('other surfaces share error form and body rules but are not opened to foreign pages', async (t) => {
  const surface = (scope: ReturnType<typeof createHttpApp>) => {
    scope.get('/private/thing', () => ({ secret: true }));
  };
  const app = await startApp(t, { surfaces: [surface] });
  const response = await fetch(`${app.baseUrl}/private/thing`, {
    headers: { origin: 'https://evil' },
  });
  assert.deepEqual(await response.json(), { secret: true });
  assert.equal(response.headers.get('access-control-allow-origin'), null);
});

test('a request that arrives too slowly ends with 408 in our error body', {
  timeout: 20_000,
}, async (t) => {
  const app = await startApp(t, { settings: { headersTimeoutMs: 100, receiveTimeoutMs: 200 } });
  const { status, body } = await sendRaw(app.baseUrl, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: [...Object.entries(headers), ['content-length', '100']],
    body: [Buffer.from('{"model":')],
  });
  assert.equal(status, 408);
  assert.equal(JSON.parse(body).error.code, 'request_timeout');
});

test('closing refuses new requests, says so on /readyz and lets streams finish', {
  timeout: 10_000,
}, async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const dependencies = createFakeDependencies();
  dependencies.completions.events = async function* () {
    yield* pageEvents.slice(0, 1);
    await released;
    yield* pageEvents.slice(1);
  };
  const app = createHttpApp({ dependencies });
  const statuses: number[] = [];
  app.addHook('preClose', async () => {
    for (const path of ['/v1/models', '/readyz', '/healthz']) {
      const response = await fetch(baseUrl + path);
      await response.text();
      statuses.push(response.status);
    }
    release();
  });
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const stream = await fetch(`${baseUrl}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...JSON.parse(good), stream: true }),
  });
  const closed = app.close();
  assert.ok((await stream.text()).endsWith('data: [DONE]\n\n'));
  await closed;
  assert.deepEqual(statuses, [503, 503, 200]);
  await assert.rejects(fetch(`${baseUrl}/healthz`));
});
