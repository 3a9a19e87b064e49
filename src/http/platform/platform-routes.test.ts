import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inferenceKey, managementKey } from '../../../test/conformance/fake-dependencies.ts';
import { type ListeningApp, startApp } from '../../../test/conformance/listening-app.ts';

type Json = Record<string, unknown>;

async function call(
  app: ListeningApp,
  method: string,
  path: string,
  { key = managementKey, body }: { key?: string; body?: unknown } = {},
) {
  const response = await fetch(app.baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as { data: Json; error?: Json } & Json;
  return { status: response.status, data: json.data, error: json.error, json };
}

test('a new key is shown in full once and is listed without its secret', async (t) => {
  const app = await startApp(t);
  const limit = { retention: 'week', threshold: 25.5 };
  const body = { name: 'ci', limit, scopes: ['model:chat'] };
  const { status, data } = await call(app, 'POST', '/v1/keys', { body });
  assert.equal(status, 200);
  assert.deepEqual([data.name, data.limit, data.disabled], ['ci', limit, false]);
  assert.equal(data.key, `${data.prefix}_secret`);
  const list = (await call(app, 'GET', '/v1/keys')).data as unknown as Json[];
  assert.equal(list.length, 2);
  assert.ok(list.every((record) => !('key' in record)));
});

test('PATCH changes only what it names, PUT sets the rest to defaults, DELETE removes', async (t) => {
  const app = await startApp(t);
  const body = { name: 'a', scopes: ['model:chat'] };
  const { data: made } = await call(app, 'POST', '/v1/keys', { body });
  const path = `/v1/keys/${made.prefix}`;
  const patched = (await call(app, 'PATCH', path, { body: { disabled: true } })).data;
  assert.deepEqual([patched.name, patched.disabled, patched.scopes], ['a', true, ['model:chat']]);
  const put = (await call(app, 'PUT', path, { body: { name: 'b' } })).data;
  assert.deepEqual([put.name, put.disabled, put.scopes], ['b', false, null]);
  assert.deepEqual((await call(app, 'DELETE', path)).data, {
    prefix: made.prefix,
    deleted: true,
  });
  assert.equal((await call(app, 'DELETE', path)).status, 404);
  assert.equal(
    (await call(app, 'PATCH', path, { body: { name: 'c' } })).error?.code,
    'key_not_found',
  );
});

test('malformed key settings are 400', async (t) => {
  const app = await startApp(t);
  const bodies = [
    { extra: 1 },
    { name: '' },
    { name: 1 },
    { limit: { retention: 'year', threshold: 1 } },
    { limit: { retention: 'day', threshold: -1 } },
    { limit: { retention: 'day' } },
    { limit: { retention: 'day', threshold: 1, extra: 1 } },
    { scopes: ['model:all'] },
    { scopes: 'model:chat' },
    [],
  ];
  for (const body of bodies) {
    assert.equal((await call(app, 'POST', '/v1/keys', { body })).status, 400, JSON.stringify(body));
  }
  assert.equal((await call(app, 'PATCH', '/v1/keys/x', { body: {} })).status, 400);
});

test('an API key reads itself and the balance but cannot administer keys', async (t) => {
  const app = await startApp(t);
  const key = inferenceKey;
  const { data } = await call(app, 'GET', '/v1/key', { key });
  assert.deepEqual([data.name, data.monthly_usage], ['own', 0.003269]);
  for (const [method, path] of [
    ['GET', '/v1/keys'],
    ['POST', '/v1/keys'],
    ['DELETE', '/v1/keys/x'],
  ] as const) {
    const { status, error } = await call(app, method, path, { key });
    assert.deepEqual([status, error?.code], [403, 'permission_denied']);
  }
});

test('the balance is in whole credits, never rounded up, and in USD', async (t) => {
  const app = await startApp(t);
  const key = inferenceKey;
  const { json: balance } = await call(app, 'GET', '/v1/billing/balance', { key });
  assert.deepEqual(balance, {
    balance: 10_000_000,
    lowBalance: false,
    lowBalanceThreshold: 10_000,
    lastUpdated: '2026-02-10T01:27:16.000Z',
    autoDebitStatus: 'disabled',
    status: 'current',
    statusExplanation: 'Balance is current and up to date',
  });
  const { json: billing } = await call(app, 'GET', '/v2/billing', { key });
  assert.deepEqual(billing, { current_balance: 5.00000025, currency: 'USD' });
});

test('a prompt is counted from the body of a completion, and malformed ones are 400', async (t) => {
  const app = await startApp(t);
  const path = '/v1/tokenizers/estimate-token-count';
  const body = {
    model: 'kimi-k2.5',
    messages: [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: 'Hi' },
    ],
    tools: [{ type: 'function', function: { name: 'look' } }],
  };
  const { status, json } = await call(app, 'POST', path, { key: inferenceKey, body });
  assert.deepEqual([status, json], [200, { data: { total_tokens: 2 } }]);
  assert.deepEqual(app.dependencies.completions.requests, []);
  const wrong = [
    [{ ...body, messages: [] }, 400, 'invalid_value'],
    [{ ...body, tool_choice: { type: 'function', function: { name: 'x' } } }, 400, 'invalid_value'],
    [{ ...body, functions: [{}] }, 400, 'unsupported_parameter'],
    [{ ...body, model: 'nope' }, 404, 'model_not_found'],
  ] as const;
  for (const [other, expected, code] of wrong) {
    const refused = await call(app, 'POST', path, { key: inferenceKey, body: other });
    assert.deepEqual([refused.status, refused.error?.code], [expected, code]);
  }
  const asManager = await call(app, 'POST', path, { body });
  assert.equal(asManager.error?.code, 'permission_denied');
});
