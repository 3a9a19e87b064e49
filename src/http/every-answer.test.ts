import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  createFakeDependencies,
  inferenceKey,
  pageEvents,
} from '../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../test/conformance/listening-app.ts';
import { type RawRequest, sendRaw } from '../../test/conformance/send-raw.ts';
import type { Administration } from '../administration/index.ts';
import { registerConsoleApi } from './console-api/register-console-api.ts';
import { createHttpApp } from './create-http-app.ts';

const authorization = `Bearer ${inferenceKey}`;
const chat = {
  method: 'POST',
  path: '/v1/chat/completions',
  headers: [
    ['authorization', authorization],
    ['content-type', 'application/json'],
  ],
  body: JSON.stringify({
    model: 'moonshot/kimi-k2-5',
    messages: [{ role: 'user', content: 'Hi' }],
  }),
} as const;

/** Sends bytes as they are and reads until the server closes the connection. */
async function exchange(baseUrl: string, text: string): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(text);
  return Buffer.concat(await socket.toArray()).toString('utf8');
}

function errorOf(answer: string) {
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).error;
}

test('an expectation that cannot be met is refused with 417 in our error body', async (t) => {
  const app = await startApp(t);
  const { status, headers, body } = await sendRaw(app.baseUrl, {
    ...chat,
    headers: [...chat.headers, ['expect', 'a-miracle']],
  });
  const { error } = JSON.parse(body);
  assert.deepEqual([status, error.code], [417, 'expectation_failed']);
  assert.equal(headers['x-request-id'], error.request_id);
  assert.deepEqual(app.dependencies.completions.requests, []);
});

test('a client that waits for 100-continue is told to go on', async (t) => {
  const app = await startApp(t);
  const { status } = await sendRaw(app.baseUrl, {
    ...chat,
    headers: [...chat.headers, ['expect', '100-continue']],
  });
  assert.equal(status, 100);
});

test('a request without a host is refused in our error body, but not one of HTTP/1.0', async (t) => {
  const app = await startApp(t);
  const modern = await exchange(app.baseUrl, 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n');
  assert.match(modern, /^HTTP\/1\.1 400 /);
  assert.equal(errorOf(modern).code, 'invalid_value');
  const old = await exchange(app.baseUrl, 'GET /healthz HTTP/1.0\r\n\r\n');
  assert.match(old, /^HTTP\/1\.1 200 /);
});

test('CONNECT is answered with 405 and the end of the connection', async (t) => {
  const app = await startApp(t);
  const answer = await exchange(app.baseUrl, 'CONNECT a.example:1 HTTP/1.1\r\nhost: x\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 405 Method Not Allowed\r\n/);
  assert.match(answer, /\r\nallow: GET, /);
  assert.equal(errorOf(answer).code, 'method_not_allowed');
});

test('an unknown route is refused before its body is read, readable for a page of any origin', async (t) => {
  const app = await startApp(t);
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const { status, headers, body } = await sendRaw(app.baseUrl, {
      method,
      path: '/v1/nothing',
      headers: [
        ['origin', 'https://page.example'],
        ['content-type', 'text/plain'],
      ],
      ...(method === 'POST' ? { body: 'not json' } : {}),
    });
    assert.deepEqual([status, JSON.parse(body).error.code], [404, 'route_not_found']);
    assert.equal(headers['access-control-allow-origin'], '*');
  }
});

test('a private route answers a stranger exactly like one that does not exist', async (t) => {
  const surface = (scope: ReturnType<typeof createHttpApp>) =>
    registerConsoleApi(scope, { administration: noAdministration, token: 'secret' });
  const app = await startApp(t, { surfaces: [surface] });
  const answers = new Set<string>();
  for (const path of ['/private/keys', '/private/nothing', '/%70rivate/keys', '/%70rivate/none']) {
    for (const body of [undefined, '{', '{}']) {
      const { status, headers, body: text } = await sendRaw(app.baseUrl, stranger(path, body));
      const { date, 'content-length': length, ...others } = headers;
      assert.ok(date !== undefined && length !== undefined);
      answers.add(withoutIds(JSON.stringify([status, others, text]), path));
    }
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  assert.doesNotMatch([...answers].join(), /access-control/);
  const unknown = await sendRaw(app.baseUrl, stranger('/nothing', '{'));
  const secret = await sendRaw(app.baseUrl, stranger('/private/keys', '{'));
  assert.equal(withoutIds(unknown.body, '/nothing'), withoutIds(secret.body, '/private/keys'));
});

// Reached only with the token, which nobody has here.
const noAdministration = {} as Administration;

function stranger(path: string, body: string | undefined): RawRequest {
  return {
    method: 'POST',
    path,
    headers: [
      ['origin', 'https://page.example'],
      ['content-type', 'application/json'],
    ],
    ...(body === undefined ? {} : { body }),
  };
}

function withoutIds(text: string, path: string): string {
  return text.replaceAll(/req_[0-9a-f]+/g, 'id').replaceAll(path, 'path');
}

/** An app that is closing while one request of each form is still being answered. */
async function closeDuring(t: TestContext, body: string): Promise<Response[]> {
  const { promise: isRunning, resolve: onRunning } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const dependencies = createFakeDependencies();
  dependencies.completions.events = async function* () {
    onRunning();
    await released;
    yield* pageEvents;
  };
  const app = createHttpApp({ dependencies });
  t.after(() => app.close());
  const late: Response[] = [];
  app.addHook('preClose', async () => {
    late.push(await fetch(`${baseUrl}/readyz`), await fetch(`${baseUrl}/v1/models`));
    release();
  });
  const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
  const headers = Object.fromEntries(chat.headers);
  const running = fetch(baseUrl + chat.path, { method: 'POST', headers, body });
  await isRunning;
  const closed = app.close();
  const answer = await running;
  await Promise.all([answer.text(), ...late.map((response) => response.text())]);
  await closed;
  return [answer, ...late];
}

for (const stream of [false, true]) {
  test(`answers that begin while the server closes are the last on their connection (stream: ${stream})`, {
    timeout: 10_000,
  }, async (t) => {
    const body = JSON.stringify({ ...JSON.parse(chat.body), stream });
    const responses = await closeDuring(t, body);
    assert.deepEqual(
      responses.map(({ status, headers }) => [status, headers.get('connection')]),
      [
        [200, 'close'],
        [503, 'close'],
        [503, 'close'],
      ],
    );
  });
}

test('a refused connection that its client keeps open does not keep the server from closing', {
  timeout: 10_000,
}, async (t) => {
  const app = createHttpApp({ dependencies: createFakeDependencies() });
  const { hostname: host, port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  for (const text of ['CONNECT a.example:1 HTTP/1.1\r\nhost: x\r\n\r\n', 'nonsense\r\n\r\n']) {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    t.after(() => socket.destroy());
    socket.write(text);
    assert.match(Buffer.concat(await socket.toArray()).toString(), /^HTTP\/1\.1 40[05] /);
  }
  await app.close();
});
