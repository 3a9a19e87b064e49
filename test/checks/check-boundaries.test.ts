import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeTemporaryDirectory } from '../support/open-test-database.ts';

const repository = resolve(import.meta.dirname, '../..');

/** A copy of the source tree in which a fault can be planted. */
function copyTree(context: TestContext): string {
  const root = makeTemporaryDirectory(context);
  cpSync(join(repository, 'src'), join(root, 'src'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  cpSync(join(repository, 'package.json'), join(root, 'package.json'));
  return root;
}

function checkBoundaries(root: string, ...more: string[]) {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['scripts/check-boundaries.ts', root, ...more],
    { cwd: repository, encoding: 'utf8', timeout: 120_000 },
  );
  return { status, stderr };
}

test('a planted sideways import is found and named', (context) => {
  const root = copyTree(context);
  writeFileSync(
    join(root, 'src/ledger/planted.ts'),
    "import { createKeys } from '../keys/index.ts';\n\nexport const planted = createKeys;\n",
  );
  const { status, stderr } = checkBoundaries(root);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /ledger-imports-downwards-only: src\/ledger\/planted\.ts -> src\/keys\/index\.ts/,
  );
});

test('a planted way around an index is found', (context) => {
  const root = copyTree(context);
  writeFileSync(
    join(root, 'src/completions/planted.ts'),
    "export { newApiKey } from '../keys/api-key.ts';\n",
  );
  const { status, stderr } = checkBoundaries(root);
  assert.equal(status, 1);
  assert.match(stderr, /enter-through-index: src\/completions\/planted\.ts/);
});

test('a tree in which no module is seen fails', (context) => {
  const root = makeTemporaryDirectory(context);
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), '{}');
  const { status, stderr } = checkBoundaries(root);
  assert.equal(status, 1);
  assert.match(stderr, /only 0 source files examined/);
});
