import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { listSettings } from '../../src/app/config/list-settings.ts';
import { loadConfig } from '../../src/app/config/load-config.ts';
import { makeTemporaryDirectory } from '../support/open-test-database.ts';

const repository = resolve(import.meta.dirname, '../..');
const exampleFile = join(repository, 'config.example.yaml');
const example = readFileSync(exampleFile, 'utf8');
const nothingElse = { flags: {}, environment: {} };

test('config.example.yaml as it stands changes nothing', () => {
  const { sources } = loadConfig({ ...nothingElse, file: exampleFile });
  assert.deepEqual(new Set(sources.values()), new Set(['default']));
});

test('config.example.yaml without its comment signs holds every setting with its default', (context) => {
  const file = join(makeTemporaryDirectory(context), 'config.yaml');
  writeFileSync(file, example.replaceAll(/^#(?!#)/gm, ''));
  const { config, sources } = loadConfig({ ...nothingElse, file });
  assert.deepEqual(new Set(sources.values()), new Set(['file']));
  assert.deepEqual(config, loadConfig({ ...nothingElse, file: undefined }).config);
});

test('config.example.yaml says of each setting what the schema says', () => {
  for (const { path, env, description } of listSettings()) {
    const name = path.split('.')[1];
    assert.ok(example.includes(`## ${description} ${env}\n#  ${name}: `), path);
  }
});

test('docs/reference/settings.md gives each setting its default and meaning', () => {
  const page = readFileSync(join(repository, 'docs/reference/settings.md'), 'utf8');
  for (const { path, env, description, fallback } of listSettings()) {
    const shown = fallback === '' ? 'empty' : `\`${fallback}\``;
    const row = `| \`${path}\` | \`${env}\` | ${shown} | ${description} |`;
    assert.ok(page.includes(row), `the page needs the row ${row}`);
  }
});
