import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInstallation } from '../support/moongate-installation.ts';
import { scriptedEngine } from '../support/test-model.ts';

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly message: string;
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a directory of somebody else that is open to other users is refused and left as it is', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const { dataDirectory } = installation;
  mkdirSync(dataDirectory);
  writeFileSync(join(dataDirectory, 'letter.txt'), 'Dear …');
  chmodSync(dataDirectory, 0o755);
  for (const words of [['serve'], ['key', 'list']]) {
    const refused = await installation.command(...words);
    assert.equal(refused.status, 1);
    assert.match(
      refused.errorOutput,
      /is open to other users; `chmod 700` it, or.*MOONGATE_DATA_DIR/,
    );
  }
  const doctor = await installation.ask<{ readonly findings: readonly Finding[] }>('doctor');
  const finding = doctor.findings.find(({ check }) => check === 'data directory');
  assert.equal(finding?.status, 'warning');
  assert.match(finding?.message ?? '', /chmod 700/);
  assert.equal(modeOf(dataDirectory), 0o755);
});

test('an empty directory, and one that holds our database, are closed to other users', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const { dataDirectory } = installation;
  mkdirSync(dataDirectory);
  for (const _state of ['empty', 'in use']) {
    chmodSync(dataDirectory, 0o755);
    assert.deepEqual(await installation.ask('key', 'list'), []);
    assert.equal(modeOf(dataDirectory), 0o700);
  }
});

test('a data directory that cannot be made is said at once, with the reason', async (t) => {
  for (const [directory, reason] of [
    ['/proc/nope', /\/proc/],
    ['/dev/null/below', /\/dev\/null is not a directory/],
  ] as const) {
    const installation = await createInstallation(t, {
      ...scriptedEngine,
      MOONGATE_DATA_DIR: directory,
    });
    const { status, signal, errorOutput } = await installation.command('key', 'list');
    assert.deepEqual({ status, signal }, { status: 1, signal: null });
    assert.match(errorOutput, reason);
    assert.match(errorOutput, /MOONGATE_DATA_DIR/);
  }
});

test('a damaged pepper, database or lock file is named with what to do', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  await installation.ask('key', 'list');
  const damaged = async (name: string, content: string) => {
    writeFileSync(join(installation.dataDirectory, name), content);
    const { status, errorOutput } = await installation.command('key', 'list');
    assert.equal(status, 1);
    assert.ok(errorOutput.includes(join(installation.dataDirectory, name)), errorOutput);
    return errorOutput;
  };
  const noise = 'no database, '.repeat(1_000);
  assert.match(await damaged('moongate.lock', noise), /not a database.*delete it/);
  writeFileSync(join(installation.dataDirectory, 'moongate.lock'), '');
  for (const cut of ['', 'AAAA'])
    assert.match(await damaged('key-pepper', cut), /32 bytes.*backup/);
  writeFileSync(join(installation.dataDirectory, 'key-pepper'), 'A'.repeat(43));
  assert.match(await damaged('moongate.db', noise), /not a database.*backup/s);
});

test('commands that come all at once take turns, and each is done', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const names = Array.from({ length: 10 }, (_, index) => `key ${index}`);
  await Promise.all(names.map((name) => installation.ask('key', 'create', '--name', name)));
  const keys = await installation.ask<readonly { readonly name: string }[]>('key', 'list');
  assert.deepEqual(keys.map(({ name }) => name).sort(), names);
});

test('commands and the next server are not misled by what a killed server left behind', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const first = await installation.serve();
  await first.kill();
  await Promise.all([installation.ask('key', 'list'), installation.ask('key', 'list')]);
  const server = await installation.serve();
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
});
