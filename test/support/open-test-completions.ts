import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { createAccounts } from '../../src/accounts/index.ts';
import type { CompletionEvent, CompletionRequest } from '../../src/completions/index.ts';
import { createCompletions, createSlotQueue } from '../../src/completions/index.ts';
import { PlatformError, silentLogger, systemClock } from '../../src/core/index.ts';
import { createScriptedEngine, type ScriptedEngineOptions } from '../../src/engines/index.ts';
import { createLedger, type Ledger } from '../../src/ledger/index.ts';
import { openTestDatabase } from './open-test-database.ts';

interface Setting extends ScriptedEngineOptions {
  readonly credits?: bigint;
  readonly waitingMax?: number;
  readonly waitMs?: number;
}

export const never = new AbortController().signal;

/** Completions over a real ledger, one account with credits, and the scripted engine as the model `kimi`. */
export async function openCompletions(context: TestContext, setting: Setting = {}) {
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
  let isAway = false;
  const away = () => Promise.reject(new PlatformError('storage/unavailable', 'away'));
  const reachable: Ledger = {
    ...ledger,
    // A reserve whose answer is lost, and endings that never arrive.
    reserve: async (terms) => {
      const result = await ledger.reserve(terms);
      return isAway ? away() : result;
    },
    settle: (outcome) => (isAway ? away() : ledger.settle(outcome)),
    void: (outcome) => (isAway ? away() : ledger.void(outcome)),
  };
  const setAway = (away: boolean) => {
    isAway = away;
  };
  const completions = createCompletions({
    ledger: reachable,
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
  return { completions, ledger, account, engine, queue, price, balance, proveSound, setAway };
}

let requests = 0;

export function requestOf(
  accountId: string,
  overrides: Partial<CompletionRequest['generation']> = {},
) {
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

export async function readAll(events: AsyncIterable<readonly CompletionEvent[]>) {
  const all: CompletionEvent[] = [];
  for await (const batch of events) all.push(...batch);
  return all;
}

export function settledOf(events: readonly CompletionEvent[]) {
  const last = events.at(-1);
  assert.equal(last?.type, 'settled');
  return last;
}

export function hasCode(code: string, hasCharged: boolean) {
  return (error: unknown) =>
    error instanceof PlatformError && error.code === code && error.hasCharged === hasCharged;
}
