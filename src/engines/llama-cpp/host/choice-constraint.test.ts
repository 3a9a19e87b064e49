import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Token } from 'node-llama-cpp';
import { writeTinyModel } from '../../../../test/support/tiny-gguf.ts';
import { silentLogger, systemClock } from '../../../core/index.ts';
import type { Constraint } from '../../chat-formats/index.ts';
import { resolveLlamaCppSettings } from '../llama-cpp-options.ts';
import { ChoiceConstraint } from './choice-constraint.ts';
import { type LlamaRuntime, loadLlamaRuntime } from './llama-runtime.ts';

let folder = '';
let runtime: LlamaRuntime;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-constraint-'));
  const modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
  const settings = resolveLlamaCppSettings({
    modelFile,
    modelName: 'tiny',
    hostUrl: new URL('./unused', import.meta.url),
    logger: silentLogger,
    clock: systemClock,
    contextTokens: 64,
    sequences: 1,
    threads: 1,
  });
  runtime = await loadLlamaRuntime(settings);
});
after(async () => {
  await runtime.model.dispose();
  await rm(folder, { recursive: true });
});

/** In the tiny vocabulary " gate" and " moon" are one token each, other letters one by one. */
const lazy: Constraint = {
  kind: 'lazy-grammar',
  gbnf: 'root ::= "<ga" [0-9] "!"',
  triggers: ['<ga', 'a ga'],
  startTriggers: ['{'],
};

async function begin(constraint: Constraint): Promise<ChoiceConstraint> {
  const createState = await runtime.grammars.load(constraint.gbnf);
  return new ChoiceConstraint(constraint, createState, runtime.model);
}

function tokensOf(text: string): readonly Token[] {
  return runtime.model.tokenize(text, false);
}

function isHolding(constraint: ChoiceConstraint): boolean {
  return constraint.state !== undefined;
}

/** Feeds a text; the result is the text that took the place of the last token, if any. */
function feed(constraint: ChoiceConstraint, text: string): string | undefined {
  let replaced: string | undefined;
  for (const token of tokensOf(text)) {
    const replacement = constraint.watch(token);
    replaced = replacement === undefined ? undefined : runtime.model.detokenize([...replacement]);
  }
  return replaced;
}

test('a lazy grammar holds nothing before its trigger and everything after it', async () => {
  const constraint = await begin(lazy);
  feed(constraint, 'free text with < and {');
  assert.ok(!isHolding(constraint));
  assert.equal(feed(constraint, '<ga'), undefined);
  const { state } = constraint;
  assert.ok(state !== undefined);
  state.accept(tokensOf('7'));
  assert.equal(constraint.isComplete(), false);
  state.accept(tokensOf('!'));
  assert.equal(constraint.isComplete(), true);
});

test('a token that goes on behind the trigger is replaced by its part of the trigger', async () => {
  const constraint = await begin({ ...lazy, gbnf: 'root ::= "a ga" [0-9]' });
  assert.equal(tokensOf(' gate').length, 1);
  assert.equal(feed(constraint, 'a gate'), ' ga');
  assert.ok(constraint.state !== undefined);
  constraint.state.accept(tokensOf('7'));
  assert.equal(constraint.isComplete(), true);
});

test('a start trigger counts only with nothing but white space before it', async () => {
  const constraint = await begin({ ...lazy, gbnf: 'root ::= "{" [0-9]' });
  feed(constraint, ' \n{');
  assert.ok(constraint.state !== undefined);
  const late = await begin({ ...lazy, gbnf: 'root ::= "{" [0-9]' });
  feed(late, 'x{');
  assert.ok(!isHolding(late));
});

test('a grammar that may end but may also go on is not complete', async () => {
  const constraint = await begin({ kind: 'grammar', gbnf: 'root ::= [0-9]{1,2}' });
  constraint.state?.accept(tokensOf('1'));
  assert.equal(constraint.isComplete(), false);
  constraint.state?.accept(tokensOf('2'));
  assert.equal(constraint.isComplete(), true);
});

test('what a grammar does not allow is an error, and so is a text that is no grammar', async () => {
  const constraint = await begin({ kind: 'grammar', gbnf: 'root ::= [0-9]' });
  assert.throws(() => constraint.state?.accept(tokensOf('x')));
  await assert.rejects(() => runtime.grammars.load('root ::= ['));
  await assert.rejects(() => runtime.grammars.load('root ::= ['));
});
