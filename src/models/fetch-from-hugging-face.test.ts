import assert from 'node:assert/strict';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isHubReachable, type ModelSource, pullModel } from './index.ts';
import {
  assertContent,
  entryOf,
  modelBytes,
  pullOptionsFor,
  sendFile,
  serve,
  sha256Of,
  temporaryDirectory,
} from './model-sources-support.test.ts';

const bytes = modelBytes(200_000);
const source: ModelSource = {
  kind: 'hugging-face',
  repository: 'org/model',
  file: 'sub dir/model.gguf',
  revision: 'main',
};
const filePath = '/org/model/resolve/main/sub%20dir/model.gguf';
const unhashed = entryOf(bytes, [source], { sha256: undefined, sizeBytes: 1 });

/** A hub that keeps its files on another host, as the real one does. */
async function startHub(t: TestContext, stated: { sha256?: string; listed?: string }) {
  const storage = await serve(t, (request, response) =>
    sendFile(request, response, { bytes, etag: '"storage"' }),
  );
  const hub = await serve(t, (request, response) => {
    if (request.url === '/api/models/org/model/tree/main/sub%20dir') {
      const lfs = { oid: stated.listed, size: bytes.length };
      response.end(JSON.stringify([{ path: 'other' }, { path: 'sub dir/model.gguf', lfs }]));
      return;
    }
    if (request.url !== filePath) {
      response.writeHead(404).end();
      return;
    }
    const headers = { location: `${storage.url}/blob?signed=1` };
    const linked = {
      'x-linked-etag': `"${stated.sha256}"`,
      'x-linked-size': String(bytes.length),
    };
    response.writeHead(302, stated.sha256 === undefined ? headers : { ...headers, ...linked });
    response.end();
  });
  return { hub, storage };
}

test('hash and size come from the hub, the bytes from its storage, and the token goes to the hub alone', async (t) => {
  const { hub, storage } = await startHub(t, { sha256: sha256Of(bytes) });
  const variables = { HF_ENDPOINT: `${hub.url}/`, HF_TOKEN: 'hf_secret' };
  const pulled = await pullModel(await pullOptionsFor(t, unhashed, variables));
  await assertContent(pulled.file, bytes);
  assert.equal(pulled.sha256, sha256Of(bytes));
  assert.deepEqual(
    hub.requests.map(({ method, headers }) => [method, headers.authorization]),
    [
      ['HEAD', 'Bearer hf_secret'],
      ['GET', 'Bearer hf_secret'],
    ],
  );
  assert.deepEqual(
    storage.requests.map(({ headers }) => headers.authorization),
    [undefined],
  );
});

test('a mirror that states nothing in its headers is asked for its listing', async (t) => {
  const { hub } = await startHub(t, { listed: sha256Of(bytes) });
  const pulled = await pullModel(await pullOptionsFor(t, unhashed, { HF_ENDPOINT: hub.url }));
  assert.equal(pulled.sha256, sha256Of(bytes));
});

test('no byte is fetched without a hash, nor when the hub holds another version than the catalogue', async (t) => {
  const silent = await startHub(t, {});
  const nameless = await pullOptionsFor(t, unhashed, { HF_ENDPOINT: silent.hub.url });
  await assert.rejects(pullModel(nameless), /does not say the sha256/);

  const other = await startHub(t, { sha256: 'a'.repeat(64) });
  const pinned = entryOf(bytes, [source]);
  const options = await pullOptionsFor(t, pinned, { HF_ENDPOINT: other.hub.url });
  await assert.rejects(pullModel(options), /another version/);
  assert.equal(silent.storage.requests.length + other.storage.requests.length, 0);
});

test('storage that delivers other bytes than the hub states is caught', async (t) => {
  const { hub } = await startHub(t, { sha256: 'b'.repeat(64) });
  const options = await pullOptionsFor(t, unhashed, { HF_ENDPOINT: hub.url });
  await assert.rejects(pullModel(options), /another sha256/);
});

test('a gated model says what to do', async (t) => {
  const hub = await serve(t, (_request, response) => response.writeHead(401).end());
  const options = await pullOptionsFor(t, unhashed, { HF_ENDPOINT: hub.url });
  await assert.rejects(pullModel(options), /HTTP 401: accept its terms and set HF_TOKEN/);
});

/** Lays a blob into a hub cache as the hub's own tools do. */
async function fillCache(hfHome: string, name: string, content: Uint8Array): Promise<string> {
  const folder = join(hfHome, 'hub', 'models--org--model');
  const snapshot = join(folder, 'snapshots', 'abc', 'sub dir');
  await mkdir(join(folder, 'blobs'), { recursive: true });
  await mkdir(snapshot, { recursive: true });
  const blob = join(folder, 'blobs', name);
  await writeFile(blob, content);
  await symlink(blob, join(snapshot, 'model.gguf'));
  return blob;
}

test('a file in the hub cache of the machine is linked without asking the hub', async (t) => {
  const { hub } = await startHub(t, {});
  const hfHome = await temporaryDirectory(t);
  const blob = await fillCache(hfHome, sha256Of(bytes), bytes);
  const variables = { HF_ENDPOINT: hub.url, HF_HOME: hfHome };
  const pulled = await pullModel(await pullOptionsFor(t, unhashed, variables));
  assert.equal(pulled.source, 'the Hugging Face cache');
  assert.equal((await stat(pulled.file)).ino, (await stat(blob)).ino);
  assert.equal(hub.requests.length, 0);
});

test('a damaged file in the hub cache is passed over and left alone', async (t) => {
  const { hub } = await startHub(t, { sha256: sha256Of(bytes) });
  const hfHome = await temporaryDirectory(t);
  const damaged = modelBytes(1_000, 7);
  const blob = await fillCache(hfHome, sha256Of(bytes), damaged);
  const variables = { HF_ENDPOINT: hub.url, HF_HOME: hfHome };
  const pulled = await pullModel(await pullOptionsFor(t, unhashed, variables));
  await assertContent(pulled.file, bytes);
  await assertContent(blob, damaged);
});

test('a hub counts as reachable only when it would give the file, and the answer comes within 5 s', async (t) => {
  const { hub } = await startHub(t, {});
  const blocked = await serve(t, (_request, response) => response.writeHead(403).end());
  const mute = createServer((socket) => t.after(() => socket.destroy()));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => mute.close());
  const address = mute.address();
  assert.ok(address !== null && typeof address === 'object');
  const startedAtMs = performance.now();
  const answers = await Promise.all(
    [hub.url, blocked.url, `http://127.0.0.1:${address.port}`].map(async (url) =>
      isHubReachable(unhashed, await pullOptionsFor(t, unhashed, { HF_ENDPOINT: url })),
    ),
  );
  assert.deepEqual(answers, [true, false, false]);
  assert.ok(performance.now() - startedAtMs < 5_500);
});
