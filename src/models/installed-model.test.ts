import assert from 'node:assert/strict';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCatalogue, listModels, pullModel, removeModel, withOwnSource } from './index.ts';
import {
  assertContent,
  entryOf,
  modelBytes,
  pullOptionsFor,
  serve,
  temporaryDirectory,
} from './model-sources-support.test.ts';

const bytes = modelBytes(10_000);

test('a file placed by hand is taken as it is, hashed once, and nothing is asked of the network', async (t) => {
  const host = await serve(t, (_request, response) => response.writeHead(500).end());
  const options = await pullOptionsFor(t, entryOf(bytes, [{ kind: 'url', url: host.url }]));
  await mkdir(options.directory);
  await writeFile(join(options.directory, 'test.gguf'), bytes);
  const pulled = await pullModel(options);
  assert.equal(pulled.sha256, options.entry.sha256);
  const record = join(options.directory, 'test.gguf.verified.json');
  const before = await stat(record);
  await pullModel(options);
  assert.equal((await stat(record)).mtimeMs, before.mtimeMs);
  assert.equal(host.requests.length, 0);
});

test('a file that changed after it was verified is hashed again and replaced when it is wrong', async (t) => {
  const original = join(await temporaryDirectory(t), 'original.gguf');
  await writeFile(original, bytes);
  const options = await pullOptionsFor(t, withOwnSource(entryOf(bytes, []), original));
  const { file } = await pullModel(options);
  // Written as a new file: the installed one is linked to the original.
  await removeModel(options.entry, options.directory);
  await writeFile(file, modelBytes(10_000, 9));
  const pulled = await pullModel(options);
  assert.equal(pulled.source, original);
  await assertContent(file, bytes);
  await utimes(file, new Date(), new Date(1));
  assert.equal((await pullModel(options)).sha256, options.entry.sha256);
});

test('a local file is linked, and one of the wrong size is refused', async (t) => {
  const home = await temporaryDirectory(t);
  const original = join(home, 'original.gguf');
  await writeFile(original, bytes);
  const options = await pullOptionsFor(t, withOwnSource(entryOf(bytes, []), original));
  const pulled = await pullModel(options);
  assert.equal((await stat(pulled.file)).ino, (await stat(original)).ino);
  const other = entryOf(modelBytes(5), [{ kind: 'file', path: original }]);
  await assert.rejects(pullModel(await pullOptionsFor(t, other)), /10000 bytes instead of 5/);
});

test('the model directory is private, and one that cannot be made is explained', async (t) => {
  const original = join(await temporaryDirectory(t), 'original.gguf');
  await writeFile(original, bytes);
  const options = await pullOptionsFor(t, withOwnSource(entryOf(bytes, []), original));
  await pullModel(options);
  assert.equal((await stat(options.directory)).mode & 0o777, 0o700);
  const impossible = { ...options, directory: join(original, 'below-a-file') };
  await assert.rejects(pullModel(impossible), /cannot be made.*MOONGATE_MODEL_DIR/);
});

test('the list says what is on disk, and removing leaves nothing behind', async (t) => {
  const entry = entryOf(bytes, [{ kind: 'file', path: 'unused' }], { id: 'mine' });
  const catalogue = createCatalogue([entry]);
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'test.gguf'), bytes);
  await writeFile(join(directory, 'test.gguf.partial'), 'abc');
  const [mine, ...others] = await listModels(catalogue, directory, 'mine');
  assert.deepEqual(
    [mine?.entry.id, mine?.isInstalled, mine?.sizeBytes, mine?.partialBytes, mine?.isDefault],
    ['mine', true, 10_000, 3, true],
  );
  assert.equal(others.length, 5);
  assert.ok(others.every((each) => !each.isInstalled && !each.isDefault));
  assert.equal(await removeModel(entry, directory), 'removed');
  assert.deepEqual(await readdir(directory), []);
  assert.equal(await removeModel(entry, directory), 'absent');
});

test('a model that is being fetched is not removed', async (t) => {
  const entry = entryOf(bytes, []);
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'test.gguf.lock'), '{"token":"x","pid":1,"host":"elsewhere"}');
  await writeFile(join(directory, 'test.gguf'), bytes);
  assert.equal(await removeModel(entry, directory), 'busy');
  assert.equal((await readdir(directory)).length, 2);
});

test('a file that is there can be used although nothing can be written beside it', async (t) => {
  const options = await pullOptionsFor(t, entryOf(bytes, []));
  await mkdir(join(options.directory, 'test.gguf.verified.json', 'in-the-way'), {
    recursive: true,
  });
  await writeFile(join(options.directory, 'test.gguf'), bytes);
  assert.equal((await pullModel(options)).sha256, options.entry.sha256);
});
