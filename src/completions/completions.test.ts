import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openTestDatabase } from '../../test/support/open-test-database.ts';
import { createAccounts } from '../accounts/index.ts';
import { PlatformError, priceUsage, silentLogger, systemClock } from '../core/index.ts';
import { createScriptedEngine, type ScriptedEngineOptions } from '../engines/index.ts';
import { createLedger } from '../ledger/index.ts';
import type { CompletionEvent, CompletionRequest } from './completion.ts';
import { createCompletions } from './create-completions.ts';
import { createSlotQueue } from './routing/create-slot-queue.ts';

interface Setting extends ScriptedEngineOptions {
  readonly credits?: bigint;
  readonly waitingMax?: number;
  readonly waitMs?: number;
}

const never = new AbortController().signal;

async function openCompletions(context: TestContext, setting: Setting = {}) {
  const database = await openTestDatabase(context);
  const account = await createAccounts(database, systemClock).create('test');
  const ledger = createLedger(database, systemClock);
  await ledger.grant({
    accountId: account.id,
    amountNanoUsd: (setting.credits ?? 10_000_000n) * 500n,
    ref: 'start',
    note: undefined,
  });
  const price = await ledger.ensurePriceVersion({
    model: 'kimi',
    freshNanoUsd: 780_000_000n,
    cachedNanoUsd: 130_000_000n,
    outputNanoUsd: 3_900_000_000n,
  });
  const engine = createScriptedEngine(setting);
  const queue = createSlotQueue({
    slots: engine.describe().sequences,
    waitingMax: setting.waitingMax ?? 8,
    waitMs: setting.waitMs ?? 10_000,
  });
  const deployments = [{ id: 'embedded/scripted', engine, queue }];
  const model = { id: 'kimi', price, defaultCompletionTokens: undefined, deployments };
  const completions = createCompletions({
    ledger,
    clock: systemClock,
    logger: silentLogger,
    checkpointIntervalMs: 1_000,
    resolveModel: (name) => (name === 'kimi' ? model : undefined),
  });
  context.after(() => completions.close());
  const balance = async () => (await ledger.balance(account.id))?.postedNanoUsd ?? 0n;
  const proveSound = async () => {
    const report = await ledger.verify();
    assert.deepEqual(report.problems, []);
    assert.equal(report.openHolds, 0);
    assert.equal(engine.activeGenerations(), 0);
    assert.equal(queue.running(), 0);
    assert.equal(completions.running(), 0);
    return report;
  };
  return { completions, ledger, account, engine, queue, price, balance, proveSound };
}

let requests = 0;

function requestOf(accountId: string, overrides: Partial<CompletionRequest['generation']> = {}) {
  requests += 1;
  return {
    model: 'kimi',
    principal: { accountId, keyId: 'key', keyPrefix: 'sk_moon_00000000' },
    requestId: `request-${requests}`,
    inferenceId: 'inference',
    clientRequestId: undefined,
    isStream: false,
    generation: {
      messages: [{ role: 'user', content: 'Tell me about mankind.' }],
      sampling: {
        temperature: 0,
        topP: 1,
        topK: 0,
        minP: 0,
        seed: undefined,
        frequencyPenalty: 0,
        presencePenalty: 0,
        repetitionPenalty: 1,
      },
      stop: [],
      completionTokensMax: 100,
      templateVariables: {},
      ...overrides,
    },
  } satisfies CompletionRequest;
}

async function readAll(events: AsyncIterable<readonly CompletionEvent[]>) {
  const all: CompletionEvent[] = [];
  for await (const batch of events) all.push(...batch);
  return all;
}

function settledOf(events: readonly CompletionEvent[]) {
  const last = events.at(-1);
  assert.equal(last?.type, 'settled');
  return last;
}

test('a completion is charged exactly its tokens times its price, and nothing stays held', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context);
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  const { usage, credits } = settledOf(await readAll(running.events));
  assert.equal(usage.completionTokens, 100);
  assert.equal(credits, priceUsage(usage, price).credits);
  assert.equal(before - (await balance()), credits * 500n);
  await proveSound();
});

test('the second request of an account is billed with its cached tokens', async (context) => {
  const { completions, account, price } = await openCompletions(context);
  const first = settledOf(
    await readAll((await completions.start(requestOf(account.id), never)).events),
  );
  const second = settledOf(
    await readAll((await completions.start(requestOf(account.id), never)).events),
  );
  assert.ok((second.usage.cachedTokens ?? 0) > 0);
  assert.ok(second.credits < first.credits);
  assert.equal(second.credits, priceUsage(second.usage, price).credits);
});

test('a client that leaves in the middle pays for what was generated, and the engine stops', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'hang' }],
  });
  const before = await balance();
  const abort = new AbortController();
  const running = await completions.start(requestOf(account.id), abort.signal);
  let last: CompletionEvent | undefined;
  let texts = 0;
  for await (const batch of running.events) {
    texts += batch.filter((event) => event.type === 'text').length;
    if (texts === 10) abort.abort();
    last = batch.at(-1);
  }
  assert.equal(last?.type, 'settled');
  assert.equal(last.usage.completionTokens, 10);
  assert.equal(before - (await balance()), priceUsage(last.usage, price).amountNanoUsd);
  await proveSound();
});

test('a reader that walks away from the events without a word ends the hold too', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'hang' }],
  });
  const running = await completions.start(requestOf(account.id), never);
  for await (const _batch of running.events) break;
  const report = await proveSound();
  assert.equal(report.entries, 2);
});

test('a client that is gone before the engine has begun pays nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context);
  const before = await balance();
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(async () => {
    const running = await completions.start(requestOf(account.id), abort.signal);
    await readAll(running.events);
    throw abort.signal.reason;
  });
  assert.equal(await balance(), before);
  await proveSound();
});

test('a client that leaves before the first token pays nothing, although its prompt was being read', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'hang' }],
  });
  const before = await balance();
  const abort = new AbortController();
  const running = await completions.start(requestOf(account.id), abort.signal);
  abort.abort();
  const settled = settledOf(await readAll(running.events));
  assert.equal(settled.credits, 0n);
  assert.equal(await balance(), before);
  await proveSound();
});

test('an engine that fails before its first token costs nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'fail' }],
  });
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  await assert.rejects(readAll(running.events), hasCode('engine/unavailable', false));
  assert.equal(await balance(), before);
  await proveSound();
});

test('an engine that fails later is paid for what it produced, and the error forbids a retry', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'fail' }],
  });
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  await assert.rejects(readAll(running.events), hasCode('engine/unavailable', true));
  const charged = before - (await balance());
  const usage = {
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens: 10,
    reasoningTokens: undefined,
  };
  assert.equal(charged, priceUsage(usage, price).amountNanoUsd);
  await proveSound();
});

test('without credits for the prompt and one token a request is refused with 403 and leaves nothing', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, { credits: 10n });
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('ledger/insufficient-credits', false),
  );
  await proveSound();
});

test('a bound above what the wallet affords is lowered, said so, and never overdrawn', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    credits: 200n,
  });
  const running = await completions.start(requestOf(account.id), never);
  assert.deepEqual(running.loweredParameters, ['max_tokens']);
  const events = await readAll(running.events);
  assert.ok(events.some((event) => event.type === 'choice-finished' && event.reason === 'length'));
  assert.ok((await balance()) >= 0n);
  await proveSound();
});

test('a full queue refuses at once with engine_overloaded and the hold is released', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 1,
    waitingMax: 0,
    script: () => [{ type: 'hang' }],
  });
  const abort = new AbortController();
  const first = await completions.start(requestOf(account.id), abort.signal);
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('engine/overloaded', false),
  );
  abort.abort();
  await readAll(first.events);
  await proveSound();
});

test('a request that waits too long for a slot is refused and the hold is released', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 1,
    waitMs: 20,
    script: () => [{ type: 'hang' }],
  });
  const abort = new AbortController();
  const first = await completions.start(requestOf(account.id), abort.signal);
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('engine/overloaded', false),
  );
  abort.abort();
  await readAll(first.events);
  await proveSound();
});

test('requests above the number of sequences wait their turn and all are answered', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 2,
    waitingMax: 50,
  });
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const running = await completions.start(requestOf(account.id), never);
      return settledOf(await readAll(running.events)).usage.completionTokens;
    }),
  );
  assert.deepEqual(new Set(all), new Set([100]));
  await proveSound();
});

test('an unknown model is refused before anything is held', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context);
  const request = { ...requestOf(account.id), model: 'nope' };
  await assert.rejects(completions.start(request, never), hasCode('models/not-found', false));
  await proveSound();
});

test('a prompt that does not fit is refused with both numbers and holds nothing', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, { contextTokens: 8 });
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    /maximum context length is 8 tokens\. However, your messages resulted in \d+ tokens\./,
  );
  await proveSound();
});

test('what an engine would relax is refused before anything is held when the request says so', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    abilities: { supportsReasoning: false },
  });
  const request = requestOf(account.id, { reasoning: { isEnabled: true } });
  const running = await completions.start(request, never);
  assert.deepEqual(running.relaxedParameters, ['thinking']);
  await readAll(running.events);
  await assert.rejects(
    completions.start({ ...request, requestId: 'strict', refusesRelaxation: true }, never),
    hasCode('request/unsupported-parameter', false),
  );
  const { entries } = await proveSound();
  assert.equal(entries, 2);
});

test('all choices are paid for, the prompt once, and they take a slot each', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    sequences: 3,
  });
  const before = await balance();
  const start = async () => {
    const running = await completions.start(requestOf(account.id, { choices: 2 }), never);
    return readAll(running.events);
  };
  const [first] = await Promise.all([start(), start()]);
  const { usage } = settledOf(first);
  assert.equal(usage.completionTokens, 200);
  const finished = first.flatMap((event) => (event.type === 'choice-finished' ? event.index : []));
  assert.deepEqual(finished, [0, 1]);
  const cached = { ...usage, cachedTokens: usage.promptTokens - 1 };
  const credits = priceUsage(usage, price).credits + priceUsage(cached, price).credits;
  assert.equal(before - (await balance()), credits * 500n);
  await proveSound();
});

test('counting a prompt gives what it is billed as, and costs and holds nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context);
  const tools = [{ name: 'look', parameters: { type: 'object' }, isStrict: false }];
  const request = requestOf(account.id, { tools });
  const before = await balance();
  const counted = await completions.countPromptTokens(request, never);
  assert.equal(await balance(), before);
  const running = await completions.start(request, never);
  assert.equal(settledOf(await readAll(running.events)).usage.promptTokens, counted);
  await assert.rejects(
    completions.countPromptTokens({ ...request, model: 'nope' }, never),
    hasCode('models/not-found', false),
  );
  await proveSound();
});

function hasCode(code: string, hasCharged: boolean) {
  return (error: unknown) =>
    error instanceof PlatformError && error.code === code && error.hasCharged === hasCharged;
}
