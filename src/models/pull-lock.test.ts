import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  assertContent,
  entryOf,
  modelBytes,
  serve,
  sha256Of,
  temporaryDirectory,
} from './model-sources-support.test.ts';
import { acquirePullLock } from './pull-lock.ts';

const never = new AbortController().signal;
const noWait = () => assert.fail('nobody holds this lock');

const puller = `
import { pullModel, readPullEnvironment } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
import { createEgress } from ${JSON.stringify(new URL('../egress/index.ts', import.meta.url).href)};
const { entry, directory } = JSON.parse(process.argv[1]);
const egress = createEgress();
const pulled = await pullModel({
  entry, directory, egress,
  environment: readPullEnvironment({}),
  onProgress: () => process.stderr.write('progress\\n'),
  signal: new AbortController().signal,
  clock: { nowMs: () => Date.now() },
});
await egress.close();
process.stdout.write(JSON.stringify(pulled));
`;

function startPuller(t: TestContext, argument: object): ChildProcess {
  const args = ['--input-type=module', '-e', puller, JSON.stringify(argument)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('two processes that want the same file download it once and both get it', async (t) => {
  const bytes = modelBytes(400_000);
  const directory = await temporaryDirectory(t);
  let release = () => undefined as unknown;
  const host = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
    response.write(bytes.subarray(0, 100_000));
    release = () => response.end(bytes.subarray(100_000));
  });
  const argument = { entry: entryOf(bytes, [{ kind: 'url', url: host.url }]), directory };
  const children = [startPuller(t, argument), startPuller(t, argument)];
  // Each reports its progress: one while it holds the lock, the other while it waits for it.
  await Promise.all(children.map((child) => child.stderr && once(child.stderr, 'data')));
  while (host.requests.length === 0) await setImmediate();
  release();
  const outputs = await Promise.all(children.map((child) => child.stdout && text(child.stdout)));
  for (const output of outputs) {
    const { file, sha256 } = JSON.parse(output ?? '');
    assert.equal(sha256, sha256Of(bytes));
    await assertContent(file, bytes);
  }
  assert.equal(host.requests.length, 1);
});

test('a lock whose process is dead is taken over at once', async (t) => {
  const path = join(await temporaryDirectory(t), 'lock');
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  await writeFile(path, JSON.stringify({ token: 'x', pid: child.pid, host: hostname() }));
  let looks = 0;
  const lock = await acquirePullLock(path, never, async () => {
    looks += 1;
    assert.ok(looks < 3, 'the lock is not taken over');
  });
  await lock.release();
});

test('a lock of another machine is respected while it is touched, and taken over when it falls silent', async (t) => {
  const path = join(await temporaryDirectory(t), 'lock');
  await writeFile(path, JSON.stringify({ token: 'x', pid: 1, host: 'elsewhere' }));
  let looks = 0;
  const lock = await acquirePullLock(path, never, async () => {
    looks += 1;
    const longAgo = new Date(Date.now() - 60_000);
    if (looks === 2) await utimes(path, longAgo, longAgo);
  });
  assert.ok(looks >= 2);
  await lock.release();
});

test('a process whose lock was taken over learns it and cannot finish', async (t) => {
  const path = join(await temporaryDirectory(t), 'lock');
  const lock = await acquirePullLock(path, never, noWait);
  await writeFile(path, JSON.stringify({ token: 'thief', pid: 1, host: 'elsewhere' }));
  await assert.rejects(lock.assertHeld(), /taken over/);
  if (!lock.lost.aborted) await once(lock.lost, 'abort');
  await lock.release();
  assert.match(await readFile(path, 'utf8'), /thief/);
});

test('waiting for a lock can be interrupted', async (t) => {
  const path = join(await temporaryDirectory(t), 'lock');
  const lock = await acquirePullLock(path, never, noWait);
  const interrupt = new AbortController();
  const second = acquirePullLock(path, interrupt.signal, async () =>
    interrupt.abort(new Error('interrupted')),
  );
  await assert.rejects(second);
  await lock.release();
});
