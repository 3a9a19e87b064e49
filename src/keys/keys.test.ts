import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { openTestDatabase } from '../../test/support/open-test-database.ts';
import { createAccounts } from '../accounts/index.ts';
import { systemClock } from '../core/index.ts';
import { apiKeyPattern, isWellFormedApiKey, newApiKey } from './api-key.ts';
import { createKeys } from './create-keys.ts';
import { createKeyDigester } from './key-digest.ts';

async function openKeys(context: TestContext) {
  const database = await openTestDatabase(context);
  const account = await createAccounts(database, systemClock).create('test');
  const keys = createKeys(database, createKeyDigester(randomBytes(32)), systemClock);
  const input = {
    accountId: account.id,
    kind: 'inference' as const,
    name: 'ci',
    budget: undefined,
    scopes: undefined,
  };
  return { database, account, keys, input };
}

test('a key is sk_moon_, 43 base62 characters and a 6-character checksum', () => {
  const key = newApiKey(randomBytes);
  assert.match(key, apiKeyPattern);
  assert.equal(key.length, 8 + 43 + 6);
  assert.equal(isWellFormedApiKey(key), true);
  const other = key.at(-1) === 'A' ? 'B' : 'A';
  assert.equal(isWellFormedApiKey(key.slice(0, -1) + other), false);
  assert.equal(isWellFormedApiKey(newApiKey(() => new Uint8Array(32))), true);
});

test('a created key is verified, an unknown one is not, and the database never holds the key', async (context) => {
  const { keys, input, database } = await openKeys(context);
  const { key, record } = await keys.create(input);
  assert.equal((await keys.verify(key))?.id, record.id);
  assert.equal(await keys.verify(newApiKey(randomBytes)), undefined);
  assert.equal(await keys.verify('sk_moon_short'), undefined);
  assert.ok(key.startsWith(record.prefix));
  const stored = JSON.stringify(await database.read('keys/list', { accountId: input.accountId }));
  assert.ok(!stored.includes(key.slice(20)));
});

test('disable, enable and delete take effect on the next request although the key is cached', async (context) => {
  const { keys, input, account } = await openKeys(context);
  const { key, record } = await keys.create(input);
  const address = { accountId: account.id, prefix: record.prefix };
  assert.ok(await keys.verify(key));
  await keys.update(address, { isDisabled: true });
  assert.equal(await keys.verify(key), undefined);
  await keys.update(address, { isDisabled: false });
  assert.ok(await keys.verify(key));
  assert.equal(await keys.delete(address), true);
  assert.equal(await keys.verify(key), undefined);
  assert.equal(await keys.delete(address), false);
  assert.deepEqual(await keys.list(account.id), []);
});

test('a key that is disabled while it is being looked up does not stay usable in the cache', async (context) => {
  const { keys, input, account } = await openKeys(context);
  const { key, record } = await keys.create(input);
  const verifying = keys.verify(key);
  await keys.update({ accountId: account.id, prefix: record.prefix }, { isDisabled: true });
  await verifying;
  assert.equal(await keys.verify(key), undefined);
});

test('a key of another pepper is unknown, counts as unusable and is listed as foreign', async (context) => {
  const { keys, input, database } = await openKeys(context);
  const { key } = await keys.create(input);
  const others = createKeys(database, createKeyDigester(randomBytes(32)), systemClock);
  assert.equal(await others.verify(key), undefined);
  assert.equal(await others.countForeign(), 1);
  assert.equal(await keys.countForeign(), 0);
  assert.deepEqual([await keys.countUsable(), await others.countUsable()], [1, 0]);
  const isForeign = async (of: typeof keys) => (await of.list(input.accountId))[0]?.isForeign;
  assert.deepEqual([await isForeign(keys), await isForeign(others)], [false, true]);
});

test('names, budgets and scopes can be changed one by one, and last used is kept', async (context) => {
  const { keys, input, account } = await openKeys(context);
  const { key, record } = await keys.create(input);
  const address = { accountId: account.id, prefix: record.prefix };
  const budget = { retention: 'week' as const, thresholdNanoUsd: 25_000_000_000n };
  await keys.update(address, { budget });
  await keys.update(address, { scopes: ['model:chat'] });
  await keys.verify(key);
  await keys.flush();
  const [listed] = await keys.list(account.id);
  assert.deepEqual(
    { name: listed?.name, budget: listed?.budget, scopes: listed?.scopes },
    { name: 'ci', budget, scopes: ['model:chat'] },
  );
  assert.ok(listed?.lastUsedAtMs);
  await keys.update(address, { budget: undefined });
  assert.equal((await keys.list(account.id))[0]?.budget, undefined);
});
