import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../../core/index.ts';
import type { Engine } from '../engine.ts';
import { allowanceOf } from '../engine-contract/contract-allowance.ts';
import { contractRequest, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration, textOf } from '../engine-contract/run-generation.ts';
import { runEngineContract } from '../engine-contract.ts';
import type { GenerationEvent } from '../generation-event.ts';
import { createScriptedEngine } from './scripted-engine.ts';

for (const tokensPerBatch of [1, 7]) {
  runEngineContract({
    name: `the scripted engine with ${tokensPerBatch} tokens a batch`,
    createEngine: async () =>
      createScriptedEngine({ contextTokens: 2048, sequences: 4, tokensPerBatch }),
    skip: [
      {
        test: 'requests of several choices and of one wait for each other and all end',
        reason: 'it has no queue: more at once than the router may send is a fault that it shows',
      },
    ],
  });
}

const unbounded = { completionTokensMax: undefined };

async function failureOf(
  engine: Engine,
): Promise<{ events: GenerationEvent[]; error: PlatformError }> {
  const signal = new AbortController().signal;
  const prepared = await engine.prepare(contractRequest(), signal);
  const events: GenerationEvent[] = [];
  try {
    for await (const batch of engine.generate(prepared, { allowance: allowanceOf(100), signal })) {
      events.push(...batch);
    }
  } catch (error) {
    assert.ok(error instanceof PlatformError);
    return { events, error };
  }
  return assert.fail('the generation did not fail');
}

test('a text costs one completion token for each 4 UTF-16 units begun, and no end token', async () => {
  for (const [text, tokens] of [
    ['', 0],
    ['moon', 1],
    ['moons', 2],
    ['moo🌙 gate', 3],
  ] as const) {
    const run = await runGeneration(createScriptedEngine({ script: () => text }), {
      ...contractRequest(unbounded),
    });
    assert.equal(run.text, text);
    assert.equal(run.usage.completionTokens, tokens);
    assert.equal(run.reason, 'stop');
  }
});

test('a prompt costs 4 tokens a message and one for each 4 UTF-16 units begun', async () => {
  const messages = [userMessage('moon'), userMessage('moons'), userMessage('')];
  const run = await runGeneration(createScriptedEngine(), contractRequest({ messages }));
  assert.equal(run.usage.promptTokens, 4 + 1 + 4 + 2 + 4);
});

test('the cached tokens of a longer conversation are the prompt that came before', async () => {
  const engine = createScriptedEngine();
  const request = contractRequest({ messages: [userMessage('moon and gate')] });
  const first = await runGeneration(engine, request);
  const messages = [...request.messages, userMessage('and then?')];
  const second = await runGeneration(engine, { ...request, messages });
  assert.equal(second.cachedTokens, first.usage.promptTokens);
});

test('a repeated prompt is cached but for its last token', async () => {
  const engine = createScriptedEngine();
  const request = contractRequest();
  const first = await runGeneration(engine, request);
  const second = await runGeneration(engine, request);
  assert.equal(second.cachedTokens, first.usage.promptTokens - 1);
});

test('reasoning and text come apart, and both are completion tokens', async () => {
  const engine = createScriptedEngine({
    script: () => [
      { type: 'reasoning', text: 'the moon' },
      { type: 'text', text: 'full' },
    ],
  });
  const run = await runGeneration(engine, contractRequest());
  const reasoning = run.events.filter((event) => event.type === 'reasoning');
  assert.equal(reasoning.map((event) => event.text).join(''), 'the moon');
  assert.equal(run.text, 'full');
  assert.equal(run.usage.reasoningTokens, 2);
  assert.equal(run.usage.completionTokens, 3);
});

test('a stop sequence is looked for in the text, never in the reasoning', async () => {
  const engine = createScriptedEngine({
    script: () => [
      { type: 'reasoning', text: 'moon and gate' },
      { type: 'text', text: 'the moon' },
    ],
  });
  const run = await runGeneration(engine, contractRequest({ stop: ['moon'] }));
  assert.equal(run.text, 'the ');
});

test('a pause holds the answer until its promise settles', async () => {
  const gate = Promise.withResolvers<void>();
  const engine = createScriptedEngine({
    script: () => [
      { type: 'text', text: 'moon' },
      { type: 'pause', until: gate.promise },
      { type: 'text', text: 'gate' },
    ],
    tokensPerBatch: 8,
  });
  const run = await runGeneration(engine, contractRequest(), {
    onBatch: (events) => {
      if (textOf(events) === 'moon') gate.resolve();
    },
  });
  assert.equal(run.text, 'moongate');
});

test('a hanging answer ends when it is aborted or the engine is closed', async () => {
  const script = () => [{ type: 'text', text: 'moon' } as const, { type: 'hang' } as const];
  const engine = createScriptedEngine({ script });
  const client = new AbortController();
  const run = await runGeneration(engine, contractRequest(), {
    signal: client.signal,
    onBatch: (events) => {
      if (events.some((event) => event.type === 'text')) setImmediate(() => client.abort());
    },
  });
  assert.equal(run.usage.completionTokens, 1);
  const failure = failureOf(engine);
  setImmediate(() => engine.close());
  assert.equal((await failure).error.code, 'engine/unavailable');
  assert.equal(engine.activeGenerations(), 0);
});

test('a failure comes before started, before the first token or after n tokens, as scripted', async () => {
  const early = await failureOf(
    createScriptedEngine({ script: () => [{ type: 'fail-to-start' }] }),
  );
  assert.deepEqual(early.events, []);
  const first = await failureOf(createScriptedEngine({ script: () => [{ type: 'fail' }] }));
  assert.deepEqual(
    first.events.map((event) => event.type),
    ['started'],
  );
  const engine = createScriptedEngine({
    script: () => [{ type: 'text', text: 'moon'.repeat(3) }, { type: 'fail' }],
  });
  const late = await failureOf(engine);
  assert.deepEqual(late.events.at(-1), { type: 'progress', completionTokens: 3 });
  assert.equal(late.error.code, 'engine/unavailable');
  assert.equal(engine.activeGenerations(), 0);
});

test('one generation more than there are sequences is refused, and only that one', async () => {
  const gate = Promise.withResolvers<void>();
  const engine = createScriptedEngine({
    sequences: 2,
    script: () => [{ type: 'pause', until: gate.promise }],
  });
  const started = Promise.withResolvers<void>();
  const running = [1, 2].map(() =>
    runGeneration(engine, contractRequest(), {
      onBatch: () => {
        if (engine.activeGenerations() === 2) started.resolve();
      },
    }),
  );
  await started.promise;
  await assert.rejects(() => runGeneration(engine, contractRequest()), /invariant violated/);
  gate.resolve();
  await Promise.all(running);
  assert.equal(engine.activeGenerations(), 0);
});

test('an endless answer without delay lets timers run', async () => {
  const engine = createScriptedEngine({
    contextTokens: 10_000_000,
    script: () => 'moon'.repeat(5_000_000),
  });
  const signal = AbortSignal.timeout(20);
  const run = await runGeneration(engine, contractRequest(unbounded), { signal });
  assert.equal(run.reason, undefined);
});
