import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chooseDefaultModel, createCatalogue, freeDiskBytes } from './index.ts';
import { entryOf, modelBytes, temporaryDirectory } from './model-sources-support.test.ts';

const gibibyte = 2 ** 30;
const catalogue = createCatalogue();

async function choose(
  t: TestContext,
  changes: { files?: string[]; ram?: number; disk?: number; hub?: boolean },
): Promise<string> {
  const directory = await temporaryDirectory(t);
  for (const name of changes.files ?? []) await writeFile(join(directory, name), modelBytes(100));
  const choice = await chooseDefaultModel({
    catalogue,
    directory,
    ramBytes: (changes.ram ?? 16) * gibibyte,
    freeDiskBytes: (changes.disk ?? 100) * gibibyte,
    hubReachable: async () => changes.hub ?? assert.fail('the hub need not be asked'),
  });
  return `${choice.reason} ${choice.entry.id}`;
}

test('the best model that is there and fits the memory wins, without asking the hub', async (t) => {
  const files = ['Qwen3.5-0.8B-Q4_K_M.gguf', 'Qwen3.5-4B-Q4_K_M.gguf', 'Qwen3.5-2B-Q4_K_M.gguf'];
  assert.equal(await choose(t, { files }), 'present qwen3.5-4b');
  assert.equal(await choose(t, { files, ram: 6 }), 'present qwen3.5-2b');
  assert.equal(await choose(t, { files, ram: 4 }), 'present qwen3.5-0.8b');
});

test('with no file the recommended model is chosen where hub, memory and disk allow, else the floor', async (t) => {
  assert.equal(await choose(t, { hub: true }), 'recommended qwen3.5-2b');
  assert.equal(await choose(t, { hub: false }), 'floor smollm2-135m-instruct');
  assert.equal(await choose(t, { ram: 5 }), 'floor smollm2-135m-instruct');
  assert.equal(await choose(t, { disk: 2 }), 'floor smollm2-135m-instruct');
});

test('a file of the wrong size does not count as the model of the catalogue', async (t) => {
  const files = ['SmolLM2-135M-Instruct.Q4_1.gguf'];
  assert.equal(await choose(t, { files, hub: true }), 'recommended qwen3.5-2b');
});

test('an operator’s own entries stand first and replace built-in ones of the same id', () => {
  const own = entryOf(modelBytes(9), [{ kind: 'file', path: '/m.gguf' }], { id: 'own' });
  const replacing = { ...own, id: 'qwen3.5-2b', displayName: 'Mine' };
  const mixed = createCatalogue([own, replacing]);
  assert.equal(mixed.entries[0]?.id, 'own');
  assert.equal(mixed.recommended.displayName, 'Mine');
  assert.equal(mixed.entries.length, catalogue.entries.length + 1);
  assert.equal(mixed.find('OWN')?.id, 'own');
});

test('an own entry that could leave the model directory or cannot be right is refused', () => {
  const own = entryOf(modelBytes(9), [{ kind: 'file', path: '/m.gguf' }], { id: 'own' });
  for (const wrong of [
    { fileName: '../x.gguf' },
    { fileName: 'a/b.gguf' },
    { fileName: 'model.bin' },
    { id: 'Has Space' },
    { sha256: 'abc' },
    { sizeBytes: 0 },
    { sources: [] },
  ]) {
    assert.throws(() => createCatalogue([{ ...own, ...wrong }]), Object.keys(wrong).join());
  }
  assert.throws(() => createCatalogue([own, own]), /twice/);
});

test('free disk is that of the nearest directory that exists: the first start has no model directory yet', async (t) => {
  const directory = await temporaryDirectory(t);
  const free = await freeDiskBytes(join(directory, 'not', 'yet', 'there'));
  assert.ok(free > 0);
});
