import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { allowanceOf } from '../engine-contract/contract-allowance.ts';
import { contractRequest, sampled, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationRequest } from '../generation-request.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { hostProcessId, startTestEngine, until } from './start-test-engine.ts';

let folder = '';
let engines: Readonly<Record<string, LlamaCppEngine>> = {};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-choices-'));
  for (const architecture of ['llama', 'hybrid'] as const) {
    const modelFile = join(folder, `${architecture}.gguf`);
    await writeTinyModel(modelFile, { architecture });
    engines = { ...engines, [architecture]: startTestEngine(modelFile, { batchTokens: 64 }) };
  }
  await Promise.all(Object.values(engines).map((engine) => engine.ready()));
});
after(async () => {
  await Promise.all(Object.values(engines).map((engine) => engine.close()));
  await rm(folder, { recursive: true });
});

function engineOf(architecture: string): LlamaCppEngine {
  const engine = engines[architecture];
  assert.ok(engine !== undefined);
  return engine;
}

const messages = [userMessage('The gate opens when the moon is full. '.repeat(8))];

function question(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return contractRequest({ messages, completionTokensMax: 24, ...overrides });
}

for (const architecture of ['llama', 'hybrid']) {
  test(`${architecture}: a greedy answer is the same alone, cached, among others and as each of 3 choices`, async () => {
    const engine = engineOf(architecture);
    const alone = await runGeneration(engine, question());
    const cacheScope = 'repeated';
    await runGeneration(engine, question({ cacheScope }));
    const cached = await runGeneration(engine, question({ cacheScope }));
    assert.equal(cached.cachedTokens, cached.usage.promptTokens - 1);
    const [amongOthers] = await Promise.all([
      runGeneration(engine, question()),
      runGeneration(engine, contractRequest({ sampling: sampled(1), completionTokensMax: 40 })),
      runGeneration(engine, contractRequest({ sampling: sampled(2), completionTokensMax: 12 })),
    ]);
    const several = await runGeneration(engine, question({ choices: 3 }));
    const texts = [cached, amongOthers, ...several.choices].map(({ text }) => text);
    assert.deepEqual(
      texts,
      Array.from({ length: 5 }, () => alone.text),
    );
  });

  test(`${architecture}: choice i of a seed is the answer to seed + i`, async () => {
    const engine = engineOf(architecture);
    const several = await runGeneration(engine, question({ choices: 3, sampling: sampled(7) }));
    for (const [index, choice] of several.choices.entries()) {
      const alone = await runGeneration(engine, question({ sampling: sampled(7 + index) }));
      assert.equal(choice.text, alone.text);
    }
  });

  test(`${architecture}: the prompt of several choices is evaluated once, and cached like any other`, async () => {
    const engine = engineOf(architecture);
    const cacheScope = `choices-${architecture}`;
    const first = await runGeneration(engine, question({ choices: 3, cacheScope }));
    assert.equal(first.cachedTokens, 0);
    const second = await runGeneration(engine, question({ choices: 2, cacheScope }));
    assert.equal(second.cachedTokens, second.usage.promptTokens - 1);
    assert.deepEqual(
      second.choices.map(({ text }) => text),
      first.choices.slice(0, 2).map(({ text }) => text),
    );
  });
}

test('a greedy answer is the same after a restart of the host', async () => {
  const engine = engineOf('llama');
  const before = await runGeneration(engine, question());
  process.kill(hostProcessId(engine), 'SIGKILL');
  await until(() => engine.state().status !== 'ready');
  await until(() => engine.state().status === 'ready');
  const after = await runGeneration(engine, question());
  assert.equal(after.text, before.text);
});

test('all choices together stay within the allowance, and end where it is refused', async () => {
  for (const tokens of [1, 2, 7]) {
    const request = question({ choices: 3, sampling: sampled(1), completionTokensMax: 100 });
    const run = await runGeneration(engineOf('llama'), request, { allowance: allowanceOf(tokens) });
    assert.equal(run.usage.completionTokens, tokens);
    assert.ok(run.choices.every(({ reason }) => reason === 'length'));
  }
});

test('a forbidden token never comes and a forced one always does', async () => {
  const engine = engineOf('llama');
  /** In the tiny vocabulary the bytes follow the three control tokens; capitals are in no word. */
  const tokenOf = (character: string) => 3 + character.charCodeAt(0);
  const request = question({ sampling: sampled(1), completionTokensMax: 48 });
  const forced = await runGeneration(engine, {
    ...request,
    logitBias: new Map([[tokenOf('Q'), 100]]),
  });
  assert.equal(forced.text, 'Q'.repeat(48));
  const { text } = await runGeneration(engine, request);
  const capital = /[A-Z]/u.exec(text)?.[0];
  assert.ok(capital !== undefined, 'the answer has no capital letter');
  const forbidden = await runGeneration(engine, {
    ...request,
    logitBias: new Map([[tokenOf(capital), -100]]),
  });
  assert.ok(!forbidden.text.includes(capital));
});

test('a hinted conversation that begins anew makes room of its own, not of others', async () => {
  const engine = engineOf('llama');
  const cacheScope = 'hinted';
  const say = (text: string, cacheHint: string) =>
    question({ messages: [userMessage(text)], cacheScope, cacheHint, completionTokensMax: 2 });
  const kept = 'Tell me of the gate and who opens it.';
  await runGeneration(engine, say(kept, 'kept'));
  // Nothing in common but the template: without the hint they would push out what is oldest.
  for (const text of ['A first other talk.', 'B second one.', 'C third one.', 'D fourth one.']) {
    await runGeneration(engine, say(text, 'changing'));
  }
  const again = await runGeneration(engine, say(kept, 'kept'));
  assert.equal(again.cachedTokens, again.usage.promptTokens - 1);
  for (const text of ['A first other talk.', 'B second one.', 'C third one.', 'D fourth one.']) {
    await runGeneration(engine, say(text, text));
  }
  const late = await runGeneration(engine, say(kept, 'kept'));
  assert.ok((late.cachedTokens ?? 0) < late.usage.promptTokens - 1, 'it was never pushed out');
});
