import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import type { Engine, Prepared } from '../engine.ts';
import { unansweredAllowance } from '../engine-contract/contract-allowance.ts';
import { contractRequest, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationRequest } from '../generation-request.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { startTestEngine } from './start-test-engine.ts';

let folder = '';
let engine: LlamaCppEngine;
/** Its state cannot be rolled back to any position, only to checkpoints. */
let hybrid: LlamaCppEngine;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-cache-'));
  const modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
  const hybridFile = join(folder, 'hybrid.gguf');
  await writeTinyModel(hybridFile, { architecture: 'hybrid' });
  engine = startTestEngine(modelFile);
  hybrid = startTestEngine(hybridFile);
  await Promise.all([engine.ready(), hybrid.ready()]);
});
after(async () => {
  await Promise.all([engine.close(), hybrid.close()]);
  await rm(folder, { recursive: true });
});

const story = 'The gate opens when the moon is full. '.repeat(10);

function question(cacheScope: string, text: string, tokens = 1): GenerationRequest {
  const messages = [userMessage(story), userMessage(text)];
  return contractRequest({ messages, cacheScope, completionTokensMax: tokens });
}

test('the cached count is exactly the common beginning of two prompts', async () => {
  const first = await runGeneration(engine, question('exact', 'Who opens it?'));
  const second = await runGeneration(engine, question('exact', 'Who closes it?'));
  assert.equal(first.cachedTokens, 0);
  assert.equal(second.cachedTokens, commonTokens(first.prepared, second.prepared));
});

test('a repeated prompt is cached but for its last token', async () => {
  await runGeneration(engine, question('repeat', 'Who opens it?'));
  const again = await runGeneration(engine, question('repeat', 'Who opens it?'));
  assert.equal(again.cachedTokens, again.usage.promptTokens - 1);
});

test('each turn of a conversation reuses at least the prompt of the turn before', async () => {
  const messages = [...question('turns', 'Who opens it?').messages];
  let promptBefore = 0;
  for (let turn = 0; turn < 4; turn += 1) {
    const request = contractRequest({ messages, cacheScope: 'turns', completionTokensMax: 8 });
    const run = await runGeneration(engine, request);
    assert.ok((run.cachedTokens ?? 0) >= promptBefore, `turn ${turn}: ${run.cachedTokens}`);
    promptBefore = run.usage.promptTokens;
    messages.push({ role: 'assistant', content: run.text, toolCalls: [] }, userMessage('And?'));
  }
});

test('the prefix of a generation that still runs is copied, with the same answer as without', async () => {
  const alone = await runGeneration(engine, question('alone', 'Who opens it?', 12));
  const busy = await holdBusy(engine, question('busy', 'Who opens it?', 12));
  const copied = await runGeneration(engine, question('busy', 'Who opens it?', 12));
  await busy.release();
  assert.equal(copied.cachedTokens, copied.usage.promptTokens - 1);
  assert.equal(copied.text, alone.text);
});

test('a hybrid model goes on from its checkpoint, alone or copied, with the same answer', async () => {
  const alone = await runGeneration(hybrid, question('alone', 'Who opens it?', 12));
  const again = await runGeneration(hybrid, question('alone', 'Who opens it?', 12));
  assert.equal(again.cachedTokens, again.usage.promptTokens - 1);
  const busy = await holdBusy(hybrid, question('busy', 'Who opens it?', 12));
  const copied = await runGeneration(hybrid, question('busy', 'Who opens it?', 12));
  await busy.release();
  assert.equal(copied.cachedTokens, copied.usage.promptTokens - 1);
  assert.equal(again.text, alone.text);
  assert.equal(copied.text, alone.text);
});

test('the prefix of a running generation of another scope is not copied', async () => {
  const busy = await holdBusy(engine, question('owner', 'Who opens it?', 12));
  const other = await runGeneration(engine, question('stranger', 'Who opens it?', 12));
  await busy.release();
  assert.equal(other.cachedTokens, 0);
});

test('a request of another scope does not push out a conversation while a sequence is idle', async () => {
  await runGeneration(engine, question('kept', 'Who opens it?'));
  await runGeneration(engine, question('visitor', 'Who are you?'));
  const kept = await runGeneration(engine, question('kept', 'Who opens it?'));
  assert.equal(kept.cachedTokens, kept.usage.promptTokens - 1);
  const visitor = await runGeneration(engine, question('visitor', 'Who are you?'));
  assert.equal(visitor.cachedTokens, visitor.usage.promptTokens - 1);
});

/** Keeps a generation in its sequence: it waits for an allowance that nobody answers. */
async function holdBusy(subject: Engine, request: GenerationRequest) {
  const client = new AbortController();
  const allowance = unansweredAllowance(4);
  const finished = runGeneration(subject, request, { allowance, signal: client.signal });
  await allowance.asked;
  return {
    release: () => {
      client.abort();
      return finished;
    },
  };
}

function commonTokens(a: Prepared, b: Prepared): number {
  const [first, second] = [tokensOf(a), tokensOf(b)];
  const end = first.findIndex((token, index) => token !== second[index]);
  return end < 0 ? first.length : end;
}

function tokensOf(prepared: Prepared): Uint32Array {
  return (prepared.handle as { readonly tokens: Uint32Array }).tokens;
}
