import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditBooks } from '../support/audit-books.ts';
import { readChatStream } from '../support/chat-stream.ts';
import { readBooks } from '../support/ledger-books.ts';
import { createInstallation } from '../support/moongate-installation.ts';
import { readBalance } from '../support/post-chat.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel, scriptedEngine } from '../support/test-model.ts';

interface ListedKey {
  readonly prefix: string;
}

test('the first start makes a private directory, credits and a key that it shows; the second one shows none', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const { dataDirectory } = moongate.installation;
  assert.match(moongate.key, /^sk_moon_[0-9A-Za-z]{49}$/);
  assert.equal(await readBalance(moongate), 10_000_000);
  assert.equal(modeOf(dataDirectory), 0o700);
  const names = readdirSync(dataDirectory);
  for (const name of names) assert.equal(modeOf(join(dataDirectory, name)), 0o600, name);
  for (const name of ['key-pepper', 'private-api-token', 'moongate.db', 'moongate.db-wal']) {
    assert.ok(names.includes(name), name);
  }
  for (const name of names) {
    assert.equal(readFileSync(join(dataDirectory, name)).includes(moongate.key), false, name);
  }
  assert.deepEqual(await moongate.server.stop(), { status: 0, signal: null });

  await moongate.restart();
  assert.equal(moongate.server.firstKey, undefined);
  assert.equal(await readBalance(moongate), 10_000_000);
});

test('a second server on the same data directory ends with status 1, says who has it, and writes nothing', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const { dataDirectory } = moongate.installation;
  const before = snapshot(dataDirectory);
  const second = await moongate.installation.command('serve');
  assert.equal(second.status, 1);
  assert.ok(second.errorOutput.includes(dataDirectory), second.errorOutput);
  assert.ok(second.errorOutput.includes(moongate.url));
  assert.match(second.errorOutput, /MOONGATE_DATA_DIR/);
  assert.equal(second.output, '');
  assert.deepEqual(snapshot(dataDirectory), before);
  t.diagnostic(`the second server ended after ${second.elapsedMs} ms`);
  assert.equal(await readBalance(moongate), 10_000_000);
});

test('an address that others reach is refused while no key is enabled', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  await moongate.server.stop();
  const { installation } = moongate;
  const [key] = await installation.ask<ListedKey[]>('key', 'list');
  await installation.ask('key', 'disable', key?.prefix ?? '');
  const refused = await installation.command('serve', '--host', '0.0.0.0');
  assert.equal(refused.status, 1);
  assert.match(refused.errorOutput, /0\.0\.0\.0.*key create/);
});

test('the private API does not exist for strangers and API keys, and answers the token of the directory', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const token = readFileSync(
    join(moongate.installation.dataDirectory, 'private-api-token'),
    'utf8',
  );
  const management = await moongate.installation.ask<{ readonly key: string }>(
    'key',
    'create',
    '--management',
  );
  const statusFor = async (headers: Record<string, string>) =>
    (await fetch(`${moongate.url}/private/keys`, { headers })).status;
  assert.equal(await statusFor({}), 404);
  assert.equal(await statusFor({ authorization: `Bearer ${moongate.key}` }), 404);
  assert.equal(await statusFor({ authorization: `Bearer ${management.key}` }), 404);
  assert.equal(await statusFor({ authorization: `Bearer ${token.slice(1)}` }), 404);
  assert.equal(await statusFor({ authorization: `Bearer ${token}` }), 200);
});

test('the command line reaches a server that listens on one address of this machine', async (t) => {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const own = addresses.find(({ internal, family }) => !internal && family === 'IPv4');
  if (own === undefined) return t.skip('this machine has no address but loopback');
  const moongate = await startMoongate(t, { ...scriptedEngine, MOONGATE_HOST: own.address });
  assert.ok(moongate.url.includes(own.address));
  const { dataDirectory } = moongate.installation;
  assert.equal((await moongate.installation.ask<ListedKey[]>('key', 'list')).length, 1);
  const statusWith = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${moongate.url}/private/keys`, { headers })).status;
  };
  assert.equal(
    await statusWith(readFileSync(join(dataDirectory, 'private-api-token'), 'utf8')),
    200,
  );
  assert.equal(await statusWith(moongate.key), 404);
});

test('SIGTERM lets a running stream finish, bills it, and ends with status 0', async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  let wasAsked = false;
  const stream = await readChatStream({
    url: moongate.url,
    key: moongate.key,
    clientRequestId: 'last-one',
    body: {
      model: 'moonshot/kimi-k2-5',
      messages: [{ role: 'user', content: 'Go on' }],
      max_tokens: 1_500,
    },
    onContent() {
      if (!wasAsked) moongate.server.signal('SIGTERM');
      wasAsked = true;
    },
  });
  assert.equal(stream.ending, 'done');
  assert.equal(stream.usage?.completion_tokens, 1_500);
  assert.deepEqual(await moongate.server.ended(), { status: 0, signal: null });
  const books = readBooks(moongate.installation.dataDirectory);
  assert.deepEqual(auditBooks(books), []);
  assert.deepEqual(
    books.charges.map(({ status, completionTokens }) => [status, completionTokens]),
    [['succeeded', 1_500]],
  );
});

test('a stream that outlives the time limit of the shutdown is cut and billed, and the status is still 0', async (t) => {
  const moongate = await startMoongate(t, {
    ...(await endlessTinyModel(t)).environment,
    MOONGATE_SHUTDOWN_TIMEOUT_MS: '0',
  });
  let wasAsked = false;
  const stream = await readChatStream({
    url: moongate.url,
    key: moongate.key,
    clientRequestId: 'cut-off',
    body: {
      model: 'moonshot/kimi-k2-5',
      messages: [{ role: 'user', content: 'Go on' }],
      max_tokens: 3_000,
    },
    onContent() {
      if (!wasAsked) moongate.server.signal('SIGTERM');
      wasAsked = true;
    },
  });
  assert.equal(stream.ending, 'broken');
  assert.deepEqual(await moongate.server.ended(), { status: 0, signal: null });
  const books = readBooks(moongate.installation.dataDirectory);
  assert.deepEqual(auditBooks(books), []);
  assert.ok((books.charges[0]?.completionTokens ?? 0) >= stream.contentChunks);
});

test('a taken port and a missing model are said plainly', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const other = await createInstallation(t, {
    ...scriptedEngine,
    MOONGATE_PORT: new URL(moongate.url).port,
  });
  const refused = await other.command('serve');
  assert.equal(refused.status, 1);
  assert.match(refused.errorOutput, /the port is taken.*MOONGATE_PORT/);

  const nowhere = await createInstallation(t, {
    ...scriptedEngine,
    MOONGATE_HOST: 'no-such-host.invalid',
  });
  const unresolved = await nowhere.command('serve');
  assert.equal(unresolved.status, 1);
  assert.match(unresolved.errorOutput, /the host name does not resolve; check MOONGATE_HOST/);

  const broken = await createInstallation(t, {
    MOONGATE_MODEL: join(other.dataDirectory, 'b.gguf'),
  });
  writeFileSync(join(other.dataDirectory, 'b.gguf'), 'no model');
  await assert.rejects((await broken.serve()).ready(), /could not be loaded: .*/);

  const without = await createInstallation(t, { MOONGATE_MODEL: 'missing.gguf' });
  const server = await without.serve();
  await assert.rejects(server.ready(), /no model file .*missing\.gguf; check MOONGATE_MODEL/);
  const ready = await fetch(`${server.url}/readyz`);
  assert.equal(ready.status, 503);
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function snapshot(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name));
      return [name, `${size} bytes, changed at ${mtimeMs}`];
    }),
  );
}
