import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { readChatStream } from '../support/chat-stream.ts';
import { createInstallation } from '../support/moongate-installation.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel, scriptedEngine } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

const repository = resolve(import.meta.dirname, '../..');

test('clients that only keep their connections open do not hold up the stop', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const port = Number(new URL(moongate.url).port);
  const used = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
  for (const text of ['', 'GET /healthz HTTP/1.1\r\nHo', used]) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    t.after(() => socket.destroy());
    socket.write(text);
    if (text === used) await new Promise((answered) => socket.once('data', answered));
  }
  const startedMs = performance.now();
  assert.deepEqual(await moongate.server.stop(), { status: 0, signal: null });
  assert.ok(performance.now() - startedMs < 5_000);
});

test('a stop does not wait for a model that is being loaded', async (t) => {
  const installation = await createInstallation(t, (await endlessTinyModel(t)).environment);
  const server = await installation.serve();
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
});

test('a command that comes while a server stops waits for its end and is done then', async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  let listing: ReturnType<typeof moongate.installation.command> | undefined;
  const stream = await readChatStream({
    url: moongate.url,
    key: moongate.key,
    clientRequestId: 'long',
    body: {
      model: 'moonshot/kimi-k2-5',
      messages: [{ role: 'user', content: 'Go on' }],
      max_tokens: 3_000,
    },
    onContent() {
      if (listing !== undefined) return;
      moongate.server.signal('SIGTERM');
      listing = moongate.server.stopping().then(() => moongate.installation.command('key', 'list'));
    },
  });
  assert.equal(stream.ending, 'done');
  const listed = await listing;
  assert.equal(listed?.status, 0, listed?.errorOutput);
  assert.match(listed?.output ?? '', /first key/);
  assert.match(
    listed?.errorOutput ?? '',
    /^(The server \(process \d+\) is stopping; waiting.*\n)?$/,
  );
});

test('the script behind `npm start` hands a signal to the server and leaves nothing behind', async (t) => {
  if (process.platform === 'win32') return t.skip('signals are those of POSIX systems');
  const installation = await createInstallation(t, scriptedEngine);
  const { scripts } = JSON.parse(readFileSync(resolve(repository, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly prestart: string; readonly start: string };
  };
  assert.match(scripts.prestart, /ensure-installed/);
  const { PATH = '' } = installation.environment;
  const shell = spawn('sh', ['-c', `${scripts.start} --json`], {
    cwd: repository,
    env: { ...installation.environment, PATH: dirname(process.execPath) + delimiter + PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => shell.kill('SIGKILL'));
  const ended = new Promise((resolveEnd) =>
    shell.once('exit', (status, signal) => resolveEnd({ status, signal })),
  );
  let url = '';
  const ready = new Promise<void>((isReady) => {
    createInterface({ input: shell.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { readonly event: string; readonly url?: string };
      url = event.url ?? url;
      if (event.event === 'ready') isReady();
    });
  });
  await Promise.race([ready, ended]);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  shell.kill('SIGTERM');
  assert.deepEqual(await ended, { status: 0, signal: null });
  const isGone = () =>
    fetch(`${url}/healthz`).then(
      () => false,
      () => true,
    );
  assert.ok(await isTrueWithin(5_000, isGone), 'the server still answers');
});
