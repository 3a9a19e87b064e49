import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceKey } from './fake-dependencies.ts';
import { lenientRequests } from './lenient-requests.ts';
import { startApp } from './listening-app.ts';
import { malformedRequests } from './malformed-requests.ts';
import { sendRaw } from './send-raw.ts';

test('the tables are as large as promised and every row has a name of its own', () => {
  assert.ok(malformedRequests.length >= 120, `${malformedRequests.length} malformed requests`);
  assert.ok(lenientRequests.length >= 40, `${lenientRequests.length} lenient requests`);
  for (const table of [malformedRequests, lenientRequests]) {
    assert.equal(new Set(table.map(({ name }) => name)).size, table.length);
  }
});

test('every malformed request gets its own 4xx in our error body and no engine sees it', async (t) => {
  const app = await startApp(t);
  for (const { name, request, expected } of malformedRequests) {
    await t.test(name, async () => {
      const { status, headers, body } = await sendRaw(
        app.baseUrl,
        request(app.baseUrl, inferenceKey),
      );
      const { error, ...top } = JSON.parse(body);
      assert.deepEqual({ status, code: error.code }, expected, body);
      assert.equal(headers['x-should-retry'], 'false');
      assert.equal(headers['x-request-id'], error.request_id);
      assert.equal(top.requestId, error.request_id);
      assert.equal(top.statusCode, status);
      assert.equal(top.message, error.message);
    });
  }
  const asked = app.dependencies.completions.requests.map(({ model }) => model);
  assert.deepEqual(
    asked.filter((model) => model === 'moonshot/kimi-k2-5'),
    [],
  );
});

test('every lenient request is answered', async (t) => {
  const app = await startApp(t);
  for (const { name, request } of lenientRequests) {
    await t.test(name, async () => {
      const { status, body } = await sendRaw(app.baseUrl, request(app.baseUrl, inferenceKey));
      assert.equal(status, 200, body);
    });
  }
});

test('a refused body pollutes no prototype', async (t) => {
  const app = await startApp(t);
  for (const { request } of malformedRequests.filter(({ name }) => name.includes('__proto__'))) {
    await sendRaw(app.baseUrl, request(app.baseUrl, inferenceKey));
  }
  assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false);
});
