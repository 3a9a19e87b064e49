import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kimi } from '../../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../../test/conformance/listening-app.ts';

async function get(url: string) {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('all aliases of the list answer the same, without a key', async (t) => {
  const app = await startApp(t);
  const [first, ...others] = await Promise.all(
    ['/v1/models', '/models', '/api/v1/models', '/v2/models', '/v1/models/'].map((path) =>
      get(app.baseUrl + path),
    ),
  );
  assert.equal(first?.status, 200);
  assert.equal(first?.body.object, 'list');
  for (const other of others) assert.deepEqual(other, first);
});

test('a model is found by id or alias, with raw or escaped slashes', async (t) => {
  const app = await startApp(t);
  for (const path of ['moonshot/kimi-k2-5', 'moonshot%2Fkimi-k2-5', 'kimi-k2.5', 'KIMI-K2-5']) {
    const { body } = await get(`${app.baseUrl}/v1/models/${path}`);
    assert.equal(body.id, 'moonshot/kimi-k2-5');
    const wrapped = await get(`${app.baseUrl}/model/${path}`);
    assert.deepEqual(wrapped.body, { object: 'model', data: body });
  }
});

test('an unknown model is a 404 that says how to find the known ones', async (t) => {
  const app = await startApp(t);
  const { status, body } = await get(`${app.baseUrl}/v1/models/moonshot/nope`);
  assert.equal(status, 404);
  assert.deepEqual((body.error as { code: string }).code, 'model_not_found');
});

test('prices are exact decimal strings a token and numbers a million tokens', async (t) => {
  const app = await startApp(t);
  const { body } = await get(`${app.baseUrl}/v1/models/${kimi.id}`);
  const pricing = body.pricing as Record<string, unknown>;
  assert.deepEqual(
    [pricing.prompt, pricing.completion, pricing.input_cache_read, pricing.request],
    ['0.00000078', '0.0000039', '0.00000013', '0'],
  );
  assert.deepEqual(pricing.units, [
    { name: 'token', measure: 'input', price: 0.78, per: 1_000_000 },
    { name: 'token', measure: 'cached_input', price: 0.13, per: 1_000_000 },
    { name: 'token', measure: 'output', price: 3.9, per: 1_000_000 },
  ]);
});

test('filters: comma or repetition is or, several parameters are and, case does not matter', async (t) => {
  const app = await startApp(t);
  const matches: readonly (readonly [string, number])[] = [
    ['?id=KIMI-K2.5', 1],
    ['?id=other,kimi-k2-5', 1],
    ['?id=other&id=kimi-k2-5', 1],
    ['?id=other', 0],
    ['?capabilities=streaming&input_modalities=text', 1],
    ['?capabilities=streaming&input_modalities=image', 0],
    ['?include=nonsense&details=true', 1],
  ];
  for (const [query, count] of matches) {
    const { body } = await get(`${app.baseUrl}/v1/models${query}`);
    assert.equal((body.data as unknown[]).length, count, query);
  }
});

test('an unchanged list is a 304 without a body', async (t) => {
  const app = await startApp(t);
  const etag = (await fetch(`${app.baseUrl}/v1/models`)).headers.get('etag') ?? '';
  assert.match(etag, /^"[\w-]+"$/);
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await fetch(`${app.baseUrl}/v1/models`, { headers: { 'if-none-match': tag } });
    assert.equal(response.status, 304);
    assert.equal(await response.text(), '');
  }
  const changed = await fetch(`${app.baseUrl}/v1/models`, {
    headers: { 'if-none-match': '"old"' },
  });
  assert.equal(changed.status, 200);
});
