import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { openTestDatabase } from '../../test/support/open-test-database.ts';
import { createAccounts } from '../accounts/index.ts';
import { systemClock, type TokenUsage } from '../core/index.ts';
import { createLedger } from './create-ledger.ts';
import type { HoldTerms } from './hold.ts';
import type { LimitWindow } from './limit-window.ts';

const credit = 500n;
const call = {
  inferenceId: 'inference',
  clientRequestId: undefined,
  servedModel: 'small',
  deployment: 'embedded',
  isStream: false,
};

async function openLedger(context: TestContext, credits: bigint) {
  const database = await openTestDatabase(context);
  const account = await createAccounts(database, systemClock).create('test');
  const ledger = createLedger(database, systemClock);
  const price = await ledger.ensurePriceVersion({
    model: 'kimi',
    freshNanoUsd: 780_000_000n,
    cachedNanoUsd: 130_000_000n,
    outputNanoUsd: 3_900_000_000n,
  });
  await ledger.grant({
    accountId: account.id,
    amountNanoUsd: credits * credit,
    ref: 'start',
    note: undefined,
  });
  const terms = (holdId: string, amountCredits: bigint, floorCredits = amountCredits) =>
    ({
      holdId,
      accountId: account.id,
      keyId: 'key',
      model: 'kimi',
      priceVersion: price.version,
      amountNanoUsd: amountCredits * credit,
      floorNanoUsd: floorCredits * credit,
      windows: [] as LimitWindow[],
      call,
    }) satisfies Omit<HoldTerms, 'nowMs'>;
  const outcome = (holdId: string, usage: TokenUsage, credits: bigint) => ({
    holdId,
    usage,
    amountNanoUsd: credits * credit,
    status: 'succeeded' as const,
    errorCode: undefined,
  });
  const balance = async () => {
    const found = await ledger.balance(account.id);
    assert.ok(found);
    return { posted: found.postedNanoUsd / credit, held: found.heldNanoUsd / credit };
  };
  return { ledger, account, terms, outcome, balance, price };
}

function used(promptTokens: number, completionTokens: number): TokenUsage {
  return { promptTokens, completionTokens, cachedTokens: 0, reasoningTokens: undefined };
}

test('a hold takes from what is available, a settle charges the cost and releases the rest', async (context) => {
  const { ledger, terms, outcome, balance } = await openLedger(context, 10_000n);
  const held = await ledger.reserve(terms('r1', 7_000n));
  assert.equal(held.kind, 'held');
  assert.deepEqual(await balance(), { posted: 10_000n, held: 7_000n });
  await ledger.settle(outcome('r1', used(16, 835), 6_538n));
  assert.deepEqual(await balance(), { posted: 3_462n, held: 0n });
  const report = await ledger.verify();
  assert.deepEqual(report.problems, []);
  assert.equal(report.entries, 2);
});

test('a hold that was settled or voided is never charged again', async (context) => {
  const { ledger, terms, outcome, balance } = await openLedger(context, 10_000n);
  await ledger.reserve(terms('r1', 7_000n));
  const settles = Array.from({ length: 50 }, () =>
    ledger.settle(outcome('r1', used(16, 835), 6_538n)),
  );
  const kinds = (await Promise.all(settles)).map((result) => result.kind);
  assert.equal(kinds.filter((kind) => kind === 'settled').length, 1);
  const late = await ledger.void({
    holdId: 'r1',
    usage: used(0, 0),
    status: 'failed',
    errorCode: 'x',
  });
  assert.equal(late.kind, 'already-ended');
  assert.deepEqual(await balance(), { posted: 3_462n, held: 0n });
});

test('a void releases everything, writes no entry and keeps the record of the call', async (context) => {
  const { ledger, terms, balance } = await openLedger(context, 10_000n);
  await ledger.reserve(terms('r1', 7_000n));
  await ledger.void({
    holdId: 'r1',
    usage: used(16, 0),
    status: 'failed',
    errorCode: 'engine/unavailable',
  });
  assert.deepEqual(await balance(), { posted: 10_000n, held: 0n });
  const report = await ledger.verify();
  assert.deepEqual({ ok: report.ok, entries: report.entries }, { ok: true, entries: 1 });
});

test('a void of a hold that never was writes nothing', async (context) => {
  const { ledger, balance } = await openLedger(context, 10_000n);
  const never = { holdId: 'r1', usage: used(0, 0), status: 'failed', errorCode: 'x' } as const;
  assert.equal((await ledger.void(never)).kind, 'already-ended');
  assert.deepEqual(await balance(), { posted: 10_000n, held: 0n });
  assert.deepEqual((await ledger.verify()).problems, []);
});

test('1,000 reserves at once on credits for 100 grant exactly 100', async (context) => {
  const { ledger, terms, balance } = await openLedger(context, 100n * 7n);
  const results = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => ledger.reserve(terms(`r${index}`, 7n))),
  );
  assert.equal(results.filter((result) => result.kind === 'held').length, 100);
  assert.equal(results.filter((result) => result.kind === 'insufficient-credits').length, 900);
  assert.deepEqual(await balance(), { posted: 700n, held: 700n });
});

test('a bound above what the wallet affords is cut to it, and refused below the floor', async (context) => {
  const { ledger, terms } = await openLedger(context, 1_000n);
  const cut = await ledger.reserve(terms('r1', 5_000n, 10n));
  assert.deepEqual(cut, { kind: 'held', holdId: 'r1', amountNanoUsd: 1_000n * credit });
  assert.deepEqual(await ledger.reserve(terms('r2', 5_000n, 10n)), {
    kind: 'insufficient-credits',
  });
});

test("a key's budget refuses what the wallet would still pay, and counts what is in flight", async (context) => {
  const { ledger, terms, outcome } = await openLedger(context, 1_000_000n);
  const window: LimitWindow = {
    scope: 'key',
    scopeId: 'key',
    metric: 'budget_nano_usd',
    windowStartMs: 0,
    cap: 10_000n * credit,
  };
  const limited = (holdId: string, amount: bigint) => ({
    ...terms(holdId, amount),
    windows: [window],
  });
  assert.equal((await ledger.reserve(limited('r1', 7_000n))).kind, 'held');
  assert.deepEqual(await ledger.reserve(limited('r2', 7_000n)), {
    kind: 'budget-exceeded',
    scope: 'key',
  });
  await ledger.settle(outcome('r1', used(16, 60), 493n));
  assert.equal((await ledger.reserve(limited('r3', 9_507n))).kind, 'held');
  assert.deepEqual(await ledger.reserve(limited('r4', 1n)), {
    kind: 'budget-exceeded',
    scope: 'key',
  });
  assert.deepEqual((await ledger.verify()).problems, []);
});

test('a budget counts what its key spent, and has open, before there was a budget or with another one', async (context) => {
  const { ledger, terms, outcome } = await openLedger(context, 1_000_000n);
  const windowOf = (windowStartMs: number, credits: bigint | undefined): LimitWindow => ({
    scope: 'key',
    scopeId: 'key',
    metric: 'budget_nano_usd',
    windowStartMs,
    cap: credits === undefined ? undefined : credits * credit,
  });
  const reserve = (holdId: string, amount: bigint, ...windows: LimitWindow[]) =>
    ledger.reserve({ ...terms(holdId, amount), windows });
  const refusal = { kind: 'budget-exceeded', scope: 'key' };
  // No budget yet: one request has ended, one is open.
  await reserve('r1', 7_000n);
  await ledger.settle(outcome('r1', used(16, 835), 6_538n));
  await reserve('r2', 1_000n);
  assert.deepEqual(await reserve('r3', 2_463n, windowOf(0, 10_000n)), refusal);
  await ledger.settle(outcome('r2', used(16, 60), 493n));
  assert.deepEqual(await reserve('r4', 2_970n, windowOf(0, 10_000n)), refusal);
  assert.equal((await reserve('r5', 2_969n, windowOf(0, 10_000n))).kind, 'held');
  await ledger.void({ holdId: 'r5', usage: used(0, 0), status: 'failed', errorCode: 'x' });
  // Another period, and back again.
  assert.equal(
    (await reserve('r6', 493n, windowOf(1, 10_000n), windowOf(0, undefined))).kind,
    'held',
  );
  await ledger.settle(outcome('r6', used(16, 60), 493n));
  assert.deepEqual(
    await reserve('r7', 2_477n, windowOf(0, 10_000n), windowOf(1, undefined)),
    refusal,
  );
  assert.equal((await reserve('r8', 2_476n, windowOf(0, 10_000n))).kind, 'held');
  assert.deepEqual((await ledger.verify()).problems, []);
});

test('the same request id cannot hold twice', async (context) => {
  const { ledger, terms } = await openLedger(context, 1_000n);
  await ledger.reserve(terms('r1', 10n));
  assert.deepEqual(await ledger.reserve(terms('r1', 10n)), { kind: 'duplicate-request' });
});

test('an extension is a compare-and-set that never passes the wallet', async (context) => {
  const { ledger, terms, balance } = await openLedger(context, 100n);
  await ledger.reserve(terms('r1', 40n));
  const extend = (expected: bigint, amount: bigint) =>
    ledger.extend({
      holdId: 'r1',
      expectedNanoUsd: expected * credit,
      amountNanoUsd: amount * credit,
      windows: [],
    });
  assert.deepEqual(await extend(40n, 90n), { isGranted: true });
  assert.deepEqual(await extend(40n, 95n), { isGranted: false });
  assert.deepEqual(await extend(90n, 101n), { isGranted: false });
  assert.deepEqual(await balance(), { posted: 100n, held: 90n });
});

test('recovery charges what the last checkpoint says and releases the rest', async (context) => {
  const { ledger, terms, balance } = await openLedger(context, 10_000n);
  await ledger.reserve(terms('r1', 7_000n));
  await ledger.reserve(terms('r2', 1_000n));
  await ledger.checkpoint({ holds: [{ holdId: 'r1', usage: used(100, 100) }] });
  assert.deepEqual(await ledger.recover(), { charged: 1, voided: 1 });
  assert.deepEqual(await balance(), { posted: 10_000n - 936n, held: 0n });
  assert.deepEqual(await ledger.recover(), { charged: 0, voided: 0 });
  const report = await ledger.verify();
  assert.deepEqual(
    { problems: report.problems, openHolds: report.openHolds },
    { problems: [], openHolds: 0 },
  );
});

test('a grant with the same reference is given once', async (context) => {
  const { ledger, account, balance } = await openLedger(context, 100n);
  const again = {
    accountId: account.id,
    amountNanoUsd: 5n * credit,
    ref: 'start',
    note: undefined,
  };
  assert.equal((await ledger.grant(again)).kind, 'already-granted');
  assert.equal((await ledger.grant({ ...again, ref: 'second' })).kind, 'granted');
  assert.deepEqual(await balance(), { posted: 105n, held: 0n });
});

test('a changed price makes a new version and leaves the old one for running holds', async (context) => {
  const { ledger, price } = await openLedger(context, 100n);
  const same = await ledger.ensurePriceVersion({ model: 'kimi', ...withoutVersion(price) });
  assert.equal(same.version, 'kimi@1');
  const dearer = await ledger.ensurePriceVersion({
    model: 'kimi',
    ...withoutVersion(price),
    outputNanoUsd: 4_000_000_000n,
  });
  assert.equal(dearer.version, 'kimi@2');
});

function withoutVersion(price: {
  freshNanoUsd: bigint;
  cachedNanoUsd: bigint;
  outputNanoUsd: bigint;
}) {
  const { freshNanoUsd, cachedNanoUsd, outputNanoUsd } = price;
  return { freshNanoUsd, cachedNanoUsd, outputNanoUsd };
}
