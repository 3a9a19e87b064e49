import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeTemporaryDirectory } from '../../test/support/open-test-database.ts';
import { acquireDirectoryLock } from '../storage/index.ts';
import { loadConfig } from './config/load-config.ts';
import { lockDataDirectory } from './lock-data-directory.ts';
import { openDataDirectory } from './open-data-directory.ts';
import { readRunningServer, writeRunningServer } from './running-server.ts';

function openDirectory(context: TestContext) {
  const path = join(makeTemporaryDirectory(context), 'data');
  const flags = { 'data.directory': path };
  return openDataDirectory(loadConfig({ flags, environment: {}, file: undefined }).config);
}

const crashed = { url: 'http://127.0.0.1:1', processId: 1, isStopping: false };

test('a server takes the directory as soon as a command leaves it, and forgets a crashed server', async (context) => {
  const directory = openDirectory(context);
  writeRunningServer(directory, crashed);
  const command = acquireDirectoryLock(directory.lockFile);
  const taking = lockDataDirectory(directory);
  directory.remove('server.json');
  command?.release();
  (await taking).release();

  writeRunningServer(directory, crashed);
  (await lockDataDirectory(directory)).release();
  assert.equal(readRunningServer(directory), undefined);
});

test('a server gives up within a second, at once when another server has the directory', async (context) => {
  const directory = openDirectory(context);
  const other = acquireDirectoryLock(directory.lockFile);
  await assert.rejects(lockDataDirectory(directory), /Another Moongate is using/);
  writeRunningServer(directory, { ...crashed, processId: 4711 });
  await assert.rejects(lockDataDirectory(directory), /process 4711, http:/);
  other?.release();
});
