import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renameRoot } from './rename-root.ts';

test('only the rule is renamed, not the word in literals, classes and other names', () => {
  const gbnf = String.raw`root ::= "root \" root" [root\]] root-1 (root | sub-root)?`;
  const renamed = String.raw`calls ::= "root \" root" [root\]] root-1 (calls | sub-root)?`;
  assert.equal(renameRoot(gbnf, 'calls'), renamed);
});
