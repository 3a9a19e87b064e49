import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeTemporaryDirectory } from '../../test/support/open-test-database.ts';
import { isTrueWithin } from '../../test/support/wait-until.ts';
import { PlatformError } from '../core/index.ts';
import { acquireDirectoryLock } from './acquire-directory-lock.ts';
import { openConnection } from './sqlite/connection.ts';
import { migrate, readMigrations } from './sqlite/migrate.ts';
import { openSqliteDatabase } from './sqlite/open-sqlite-database.ts';

const workerUrl = new URL('../../test/support/storage-test-worker.ts', import.meta.url);

async function openStorage(
  context: TestContext,
  limits: {
    timeoutMs?: number;
    waitingMax?: number;
    file?: string;
    onThreadEnded?: (role: string) => void;
  } = {},
) {
  const database = await openSqliteDatabase({
    file: limits.file ?? join(makeTemporaryDirectory(context), 'storage.db'),
    workerUrl,
    operationTimeoutMs: limits.timeoutMs ?? 10_000,
    operationsWaitingMax: limits.waitingMax ?? 1_000,
    startedAtMs: 0,
    ...(limits.onThreadEnded === undefined ? {} : { onThreadEnded: limits.onThreadEnded }),
  });
  context.after(() => database.close());
  await database.write('create', undefined);
  return database;
}

const isUnavailable = (error: unknown) =>
  error instanceof PlatformError && error.code === 'storage/unavailable';

test('an acknowledged write is seen by the next read, on its own connection', async (context) => {
  const database = await openStorage(context);
  await Promise.all(['c', 'a', 'b'].map((text) => database.write('add', text)));
  assert.deepEqual(await database.read('texts', undefined), ['a', 'b', 'c']);
});

test('an operation that fails takes none of the others of its batch with it', async (context) => {
  const database = await openStorage(context);
  const results = await Promise.allSettled([
    database.write('add', 'first'),
    database.write('add-then-throw', 'poisoned'),
    database.write('add', 'first'),
    database.write('add', 'last'),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(await database.read('texts', undefined), ['first', 'last']);
});

test('a full disk fails the writes, not the process, and writing works again after it', async (context) => {
  const database = await openStorage(context);
  await database.write('limit-pages', 30);
  await assert.rejects(database.write('add', 'x'.repeat(1_000_000)), isUnavailable);
  await database.write('limit-pages', 100_000);
  await database.write('add', 'after');
  assert.deepEqual(await database.read('texts', undefined), ['after']);
});

test('the reading connection cannot write', async (context) => {
  const database = await openStorage(context);
  await assert.rejects(database.read('write', undefined), isUnavailable);
});

test('an operation that was given up while it waited for its turn is never performed', async (context) => {
  const database = await openStorage(context, { timeoutMs: 50 });
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const blocking = database.write('block', cells);
  assert.ok(await isTrueWithin(10_000, () => Atomics.load(cells, 0) === 1));
  await assert.rejects(database.write('add', 'too late'), isUnavailable);
  Atomics.store(cells, 1, 1);
  Atomics.notify(cells, 1);
  // What has begun must answer, however long it takes: nobody can know otherwise what became of it.
  await blocking;
  await database.write('add', 'after');
  assert.deepEqual(await database.read('texts', undefined), ['after']);
});

test('an operation that waited too long for the lock of another process is never performed', async (context) => {
  const file = join(makeTemporaryDirectory(context), 'storage.db');
  const database = await openStorage(context, { file, timeoutMs: 600 });
  const stranger = openConnection({ file, isReadOnly: false, busyTimeoutMs: 0 });
  context.after(() => stranger.close());
  stranger.execute('BEGIN IMMEDIATE');
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((text) => database.write('add', text)),
  );
  assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(['rejected']));
  assert.equal(database.health().isWritable, false);
  stranger.execute('ROLLBACK');
  assert.ok(await isTrueWithin(10_000, () => database.health().isWritable));
  await database.write('add', 'after');
  assert.deepEqual(await database.read('texts', undefined), ['after']);
});

test('a disk that is full and then is not is seen in the health, without any call', async (context) => {
  const file = join(makeTemporaryDirectory(context), 'storage.db');
  const database = await openStorage(context, { file });
  assert.deepEqual(database.health(), { isWritable: true, isReadable: true });
  await database.write('limit-pages', 30);
  await assert.rejects(database.write('add', 'x'.repeat(1_000_000)), isUnavailable);
  assert.deepEqual(database.health(), { isWritable: false, isReadable: true });
  assert.ok(await isTrueWithin(10_000, () => database.health().isWritable));
});

test('when a storage thread ends, every call fails at once and the owner is told', async (context) => {
  const ended: string[] = [];
  const onThreadEnded = (role: string) => ended.push(role);
  const database = await openStorage(context, { onThreadEnded });
  const results = await Promise.allSettled([
    database.write('end-thread', undefined),
    database.write('add', 'a'),
  ]);
  assert.deepEqual(new Set(results.map(({ status }) => status)), new Set(['rejected']));
  await assert.rejects(database.write('add', 'b'), isUnavailable);
  assert.deepEqual(ended, ['writer']);
  assert.deepEqual(database.health(), { isWritable: false, isReadable: true });
});

test('more waiting operations than the limit are refused at once', async (context) => {
  const database = await openStorage(context, { waitingMax: 2 });
  const results = await Promise.allSettled(
    ['a', 'b', 'c'].map((text) => database.write('add', text)),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
});

test('an operation that nobody registered fails, and the thread lives on', async (context) => {
  const database = await openStorage(context);
  await assert.rejects(database.write('nope', undefined), isUnavailable);
  await database.write('add', 'a');
});

test('a database of a newer version, or with a changed migration, is refused', (context) => {
  const file = join(makeTemporaryDirectory(context), 'storage.db');
  const connection = openConnection({ file, isReadOnly: false, busyTimeoutMs: 100 });
  const migrations = readMigrations();
  migrate(connection, migrations, 0);
  migrate(connection, migrations, 0);
  const newer = [
    ...migrations,
    { name: '9999_future', sql: 'CREATE TABLE future (id INTEGER) STRICT' },
  ];
  migrate(connection, newer, 0);
  assert.throws(
    () => migrate(connection, migrations, 0),
    /newer Moongate \(unknown migrations: 9999_future\)/,
  );
  const changed = newer.map((each) => ({ ...each, sql: `${each.sql} ` }));
  assert.throws(() => migrate(connection, changed, 0), /was changed after it had been applied/);
  connection.close();
});

test('a migration that fails leaves nothing of itself behind', (context) => {
  const file = join(makeTemporaryDirectory(context), 'storage.db');
  const connection = openConnection({ file, isReadOnly: false, busyTimeoutMs: 100 });
  const broken = [
    { name: '0001_broken', sql: 'CREATE TABLE half (id INTEGER) STRICT; SELECT nonsense;' },
  ];
  assert.throws(() => migrate(connection, broken, 0), /nonsense/);
  assert.equal(connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'half'"), undefined);
  connection.close();
});

test('the lock of a directory is exclusive and dies with its process', async (context) => {
  const file = join(makeTemporaryDirectory(context), 'lock');
  const moduleUrl = new URL('./acquire-directory-lock.ts', import.meta.url).href;
  const script = `import { acquireDirectoryLock } from ${JSON.stringify(moduleUrl)};
    globalThis.lock = acquireDirectoryLock(${JSON.stringify(file)});
    process.stdout.write(globalThis.lock ? 'locked' : 'refused'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script]);
  context.after(() => holder.kill('SIGKILL'));
  const [said] = await once(holder.stdout, 'data');
  assert.equal(String(said), 'locked');
  assert.equal(acquireDirectoryLock(file), undefined);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = acquireDirectoryLock(file);
  assert.ok(lock);
  assert.equal(acquireDirectoryLock(file), undefined);
  lock.release();
  acquireDirectoryLock(file)?.release();
});
