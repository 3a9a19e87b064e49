import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  checkDependencies,
  checkDocs,
  checkErrorCodes,
  checkLimits,
  checkLinks,
  checkMachinePaths,
  checkNamedFiles,
  checkNamedFunctions,
} from '../../scripts/check-docs.ts';
import { makeTemporaryDirectory } from '../support/open-test-database.ts';

const repository = resolve(import.meta.dirname, '../..');
const copied = [
  'README.md',
  'ARCHITECTURE.md',
  'config.example.yaml',
  'package.json',
  'docs',
  'src/core/error-codes.ts',
  'src/http/http-settings.ts',
];

/** A copy of the documents, and of the sources that their checks read, in which a fault can be planted. */
function copyDocuments(context: TestContext): string {
  const root = makeTemporaryDirectory(context);
  for (const name of copied) {
    cpSync(join(repository, name), join(root, name), { recursive: true });
  }
  return root;
}

/** Fails when there is nothing to replace: a fault that was not planted proves nothing. */
function plant(root: string, file: string, before: string | RegExp, after: string): void {
  const text = readFileSync(join(root, file), 'utf8');
  const changed = text.replace(before, after);
  assert.notEqual(changed, text, `${file} has no ${before}`);
  writeFileSync(join(root, file), changed);
}

function append(root: string, file: string, text: string): void {
  writeFileSync(join(root, file), `${readFileSync(join(root, file), 'utf8')}\n${text}\n`);
}

test('the documents say nothing that is not so', async () => {
  assert.deepEqual(await checkDocs(repository), []);
});

test('a document that is missing is named, and nothing passes silently', async (context) => {
  const root = makeTemporaryDirectory(context);
  const problems = await checkDocs(root);
  assert.equal(problems.length, 4);
  assert.match(problems.join('\n'), /ARCHITECTURE\.md is missing/);
});

test('a file, a folder and a function that ARCHITECTURE.md names must exist', (context) => {
  const root = copyDocuments(context);
  const before = checkNamedFiles(root);
  append(root, 'ARCHITECTURE.md', 'See `core/gone.ts`, `src/vanished/` and `neverWritten()`.');
  const added = checkNamedFiles(root).filter((problem) => !before.includes(problem));
  assert.deepEqual(added, [
    'ARCHITECTURE.md names core/gone.ts, which does not exist',
    'ARCHITECTURE.md names src/vanished/, which does not exist',
  ]);
  assert.ok(
    checkNamedFunctions(root).includes(
      'ARCHITECTURE.md names neverWritten(), which occurs in no source file',
    ),
  );
});

test('a limit whose value was changed in the source is found', (context) => {
  const root = copyDocuments(context);
  const about = (problems: readonly string[]) => problems.filter((one) => one.includes('Depth'));
  assert.deepEqual(about(checkLimits(root)), []);
  plant(root, 'src/http/http-settings.ts', 'bodyDepthMax: 64', 'bodyDepthMax: 65');
  assert.deepEqual(about(checkLimits(root)), [
    'ARCHITECTURE.md: bodyDepthMax is 64 there, 65 in src/http/http-settings.ts',
  ]);
});

test('an error code without a section and a section without a code are both found', async (context) => {
  const root = copyDocuments(context);
  plant(root, 'docs/reference/errors.md', '## `models/not-found`', '## `models/lost`');
  assert.deepEqual(await checkErrorCodes(root), [
    'docs/reference/errors.md has no paragraph for models/not-found',
    'docs/reference/errors.md: there is no code models/lost',
  ]);
});

test('a section that states another status than the table is found', async (context) => {
  const root = copyDocuments(context);
  plant(root, 'docs/reference/errors.md', '413 · ', '414 · ');
  const [problem, ...others] = await checkErrorCodes(root);
  assert.match(problem ?? '', /request\/body-too-large must say: 413 · .*retry: no/);
  assert.deepEqual(others, []);
});

test('a dependency without a line and a line without a dependency are both found', (context) => {
  const root = copyDocuments(context);
  plant(root, 'package.json', '"dependencies": {', '"dependencies": { "left-pad": "1.3.0",');
  plant(root, 'docs/decisions/0002-dependencies.md', '| `yauzl` |', '| `unzipper` |');
  assert.deepEqual(checkDependencies(root), [
    'docs/decisions/0002-dependencies.md has no line for left-pad',
    'docs/decisions/0002-dependencies.md has no line for yauzl',
    'docs/decisions/0002-dependencies.md has a line for unzipper, which is no dependency',
  ]);
});

test('a link to a missing file, to a missing heading or out of the repository is found', (context) => {
  const root = copyDocuments(context);
  const before = checkLinks(root);
  append(
    root,
    'docs/reference/api.md',
    '[a](gone.md) [b](errors.md#no-such-heading) [c](../../../elsewhere.md) [d](errors.md#internal)',
  );
  const added = checkLinks(root).filter((problem) => !before.includes(problem));
  assert.deepEqual(added, [
    'docs/reference/api.md: the link gone.md leads nowhere',
    'docs/reference/api.md: the link errors.md#no-such-heading leads nowhere',
    'docs/reference/api.md: the link ../../../elsewhere.md leads nowhere',
  ]);
});

test('a path of one machine is found, in documents and in the example configuration', (context) => {
  for (const folder of ['home', 'root', 'tmp', 'work']) {
    const root = copyDocuments(context);
    append(root, 'docs/guides/clients.md', `Look into \`/${folder}/moongate\`.`);
    append(root, 'config.example.yaml', `#  directory: "/${folder}"`);
    assert.deepEqual(checkMachinePaths(root), [
      `docs/guides/clients.md names a path of one machine: /${folder}`,
      `config.example.yaml names a path of one machine: /${folder}`,
    ]);
  }
});
