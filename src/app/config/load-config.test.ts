import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTemporaryDirectory } from '../../../test/support/open-test-database.ts';
import { listSettings } from './list-settings.ts';
import { loadConfig } from './load-config.ts';

const nothing = { flags: {}, environment: {}, file: undefined };

test('without any input every setting has its default', () => {
  const { config, sources } = loadConfig(nothing);
  assert.equal(config.server.host, '127.0.0.1');
  assert.equal(config.server.port, 8080);
  assert.equal(config.ledger.startingCredits, 10_000_000);
  assert.deepEqual(new Set(sources.values()), new Set(['default']));
});

test('flags win over the environment, the environment over the file', (context) => {
  const file = join(makeTemporaryDirectory(context), 'config.yaml');
  writeFileSync(file, 'server:\n  port: 1000\n  host: 127.0.0.2\nqueue:\n  waitMs: 5\n');
  const { config, sources } = loadConfig({
    flags: { 'server.port': '3000' },
    environment: { MOONGATE_PORT: '2000', MOONGATE_HOST: '127.0.0.3' },
    file,
  });
  assert.equal(config.server.port, 3000);
  assert.equal(config.server.host, '127.0.0.3');
  assert.equal(config.queue.waitMs, 5);
  assert.deepEqual(
    ['server.port', 'server.host', 'queue.waitMs', 'log.level'].map((path) => sources.get(path)),
    ['flag', 'environment', 'file', 'default'],
  );
});

test('a wrong value is named with where it came from, and so is an unknown setting', (context) => {
  const file = join(makeTemporaryDirectory(context), 'config.yaml');
  writeFileSync(file, 'server:\n  prot: 1\n');
  assert.throws(
    () => loadConfig({ ...nothing, file }),
    /server\.prot \(file\): there is no such setting/,
  );
  assert.throws(
    () => loadConfig({ ...nothing, environment: { MOONGATE_PORT: 'eighty' } }),
    /server\.port \(environment\): must be integer/,
  );
});

test('every setting is documented in docs/reference/settings.md, and no other', () => {
  const page = readFileSync(
    new URL('../../../docs/reference/settings.md', import.meta.url),
    'utf8',
  );
  const documented = [...page.matchAll(/^\| `([a-zA-Z.]+)` \| `([A-Z_]+)` \|/gm)].map(
    (match) => `${match[1]} ${match[2]}`,
  );
  assert.deepEqual(
    documented.sort(),
    listSettings()
      .map(({ path, env }) => `${path} ${env}`)
      .sort(),
  );
});
