import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { createInstallation } from '../support/moongate-installation.ts';
import type { MoongateProcess } from '../support/moongate-process.ts';
import { postChat } from '../support/post-chat.ts';
import { scriptedEngine } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

/** Every request is a line of the log. */
const talkative = { ...scriptedEngine, MOONGATE_LOG_LEVEL: 'debug' };

async function askTimes(server: MoongateProcess, key: string, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    const { status } = await postChat(
      { url: server.url, key },
      { model: 'kimi-k2-5', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 2 },
    );
    assert.equal(status, 200);
  }
}

test('a server whose log has lost its reader goes on answering and ends when it is told to', async (t) => {
  const installation = await createInstallation(t, talkative);
  const server = await installation.serve();
  await server.ready();
  server.closeErrorReader();
  await askTimes(server, server.firstKey ?? '', 20);
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
});

test('a server whose log goes to a full disk goes on answering and ends when it is told to', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full');
  const installation = await createInstallation(t, talkative);
  const full = openSync('/dev/full', 'w');
  t.after(() => closeSync(full));
  const server = await installation.serveWithErrorsTo(full);
  await server.ready();
  await askTimes(server, server.firstKey ?? '', 20);
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
});

test('a server whose log is read by nobody goes on answering and ends when it is told to', async (t) => {
  const installation = await createInstallation(t, talkative);
  const server = await installation.serve();
  await server.ready();
  server.pauseErrorReader();
  // Far more lines than a pipe takes.
  const health = () => fetch(`${server.url}/v1/key`).then((answer) => answer.arrayBuffer());
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(Array.from({ length: 20 }, health));
  }
  await askTimes(server, server.firstKey ?? '', 3);
  server.signal('SIGTERM');
  await server.stopping();
  assert.ok(await isTrueWithin(20_000, () => !isAlive(server.processId)));
  server.closeErrorReader();
  assert.deepEqual(await server.ended(), { status: 0, signal: null });
});

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
