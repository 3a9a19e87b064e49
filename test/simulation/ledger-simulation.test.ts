import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { accountWriteHandlers } from '../../src/accounts/index.ts';
import { budgetWindows, periodStartMs } from '../../src/completions/budget-windows.ts';
import { type Price, priceUsage, type TokenUsage } from '../../src/core/index.ts';
import type { KeyBudget } from '../../src/keys/index.ts';
import type { LimitWindow } from '../../src/ledger/index.ts';
import { ledgerReadHandlers, ledgerWriteHandlers } from '../../src/ledger/index.ts';
import { type Connection, openConnection } from '../../src/storage/sqlite/connection.ts';
import { migrate, readMigrations } from '../../src/storage/sqlite/migrate.ts';
import { makeTemporaryDirectory } from '../support/open-test-database.ts';
import { createRandom, type Random } from '../support/random.ts';

/**
 * Goal: whatever the order of reserves, extensions, checkpoints, settles, voids, repeats, grants,
 * crashes, changes of budgets and of the day, the database agrees with a model of a few lines, and the ledger's own checks hold.
 * Method: seeded random steps against the real SQL in one thread. MOONGATE_SIMULATION_SEEDS and _STEPS
 * make it longer; a failing seed is in the message and replays with MOONGATE_SIMULATION_SEED.
 */
const seeds = Number(process.env.MOONGATE_SIMULATION_SEEDS ?? 100);
const steps = Number(process.env.MOONGATE_SIMULATION_STEPS ?? 300);
const firstSeed = Number(process.env.MOONGATE_SIMULATION_SEED ?? 1);

const accountIds = ['a', 'b'];
const keyIds = ['k1', 'k2', 'k3'];
const call = {
  inferenceId: 'i',
  clientRequestId: undefined,
  servedModel: 'm',
  deployment: 'd',
  isStream: false,
};

interface ModelHold {
  readonly accountId: string;
  readonly keyId: string;
  readonly startedAtMs: number;
  charged: bigint;
  amount: bigint;
  isOpen: boolean;
  progress: TokenUsage | undefined;
}

class World {
  readonly file: string;
  readonly random: Random;
  connection: Connection;
  price: Price;
  readonly posted = new Map<string, bigint>();
  readonly budgets = new Map<string, KeyBudget>();
  nowMs = Date.UTC(2024, 0, 31, 22);
  readonly holds = new Map<string, ModelHold>();
  nextId = 1;

  constructor(file: string, random: Random) {
    this.file = file;
    this.random = random;
    this.connection = this.open();
    for (const id of accountIds) {
      accountWriteHandlers['accounts/insert'](this.connection, { id, name: id, createdAtMs: 0 });
    }
    this.price = ledgerWriteHandlers['ledger/ensure-price-version'](this.connection, {
      model: 'm',
      freshNanoUsd: 780_000_000n,
      cachedNanoUsd: 130_000_000n,
      outputNanoUsd: 3_900_000_000n,
      nowMs: 0,
    });
  }

  open(): Connection {
    const connection = openConnection({ file: this.file, isReadOnly: false, busyTimeoutMs: 1_000 });
    connection.execute('PRAGMA synchronous=OFF');
    migrate(connection, readMigrations(), 0);
    return connection;
  }

  held(owner: (hold: ModelHold) => boolean): bigint {
    let sum = 0n;
    for (const hold of this.holds.values()) if (hold.isOpen && owner(hold)) sum += hold.amount;
    return sum;
  }

  walletRoom(accountId: string): bigint {
    return (this.posted.get(accountId) ?? 0n) - this.held((hold) => hold.accountId === accountId);
  }

  /** Undefined without a budget; else the cap less all that began in this period, ended or not. */
  keyRoom(keyId: string): bigint | undefined {
    const budget = this.budgets.get(keyId);
    if (budget === undefined) return undefined;
    const startMs = periodStartMs(budget.retention, this.nowMs);
    let room = budget.thresholdNanoUsd;
    for (const hold of this.holds.values()) {
      if (hold.keyId !== keyId || hold.startedAtMs < startMs) continue;
      room -= hold.isOpen ? hold.amount : hold.charged;
    }
    return room;
  }

  windows(keyId: string): readonly LimitWindow[] {
    return budgetWindows(keyId, this.budgets.get(keyId), this.nowMs);
  }

  charge(hold: ModelHold, amount: bigint): void {
    const charged = amount > hold.amount ? hold.amount : amount;
    this.posted.set(hold.accountId, (this.posted.get(hold.accountId) ?? 0n) - charged);
    hold.charged = charged;
    hold.isOpen = false;
  }

  pickHold(): [string, ModelHold] | undefined {
    const all = [...this.holds];
    return all.length === 0 ? undefined : this.random.pick(all.slice(-12));
  }
}

type Step = (world: World) => void;

const write = ledgerWriteHandlers;

const actions: Record<string, Step> = {
  grant(world) {
    const accountId = world.random.pick(accountIds);
    const amountNanoUsd = BigInt(world.random.integer(0, 400)) * 500n;
    write['ledger/grant'](world.connection, {
      accountId,
      amountNanoUsd,
      ref: `grant ${world.nextId++}`,
      note: undefined,
      nowMs: world.nowMs,
    });
    world.posted.set(accountId, (world.posted.get(accountId) ?? 0n) + amountNanoUsd);
  },
  reserve(world) {
    const accountId = world.random.pick(accountIds);
    const keyId = world.random.pick(keyIds);
    const floorNanoUsd = BigInt(world.random.integer(1, 60)) * 500n;
    const amountNanoUsd = floorNanoUsd + BigInt(world.random.integer(0, 200)) * 500n;
    const holdId = `hold ${world.nextId++}`;
    const room = [world.walletRoom(accountId), world.keyRoom(keyId) ?? amountNanoUsd];
    const hasWallet = world.posted.has(accountId);
    const result = write['ledger/reserve'](world.connection, {
      holdId,
      accountId,
      keyId,
      model: 'm',
      priceVersion: world.price.version,
      amountNanoUsd,
      floorNanoUsd,
      windows: world.windows(keyId),
      call,
      nowMs: world.nowMs,
    });
    const least = room.reduce((left, right) => (left < right ? left : right), amountNanoUsd);
    const isExpected = hasWallet && least >= floorNanoUsd;
    assert.equal(result.kind === 'held', isExpected, 'granted exactly when the money is there');
    if (result.kind !== 'held') return;
    assert.equal(result.amountNanoUsd, least);
    world.holds.set(holdId, {
      accountId,
      keyId,
      startedAtMs: world.nowMs,
      charged: 0n,
      amount: least,
      isOpen: true,
      progress: undefined,
    });
  },
  extend(world) {
    const [holdId, hold] = world.pickHold() ?? [];
    if (holdId === undefined || hold === undefined) return;
    const increase = BigInt(world.random.integer(0, 100)) * 500n;
    const roomBefore = world.keyRoom(hold.keyId);
    const { isGranted } = write['ledger/extend'](world.connection, {
      holdId,
      expectedNanoUsd: hold.amount,
      amountNanoUsd: hold.amount + increase,
      windows: world.windows(hold.keyId),
    });
    const keyRoom = roomBefore ?? increase;
    const fits = increase <= world.walletRoom(hold.accountId) && increase <= keyRoom;
    assert.equal(isGranted, hold.isOpen && (fits || increase === 0n));
    if (isGranted) hold.amount += increase;
  },
  changeBudget(world) {
    const keyId = world.random.pick(keyIds);
    const retention = world.random.pick(['none', 'no_reset', 'day', 'week', 'month'] as const);
    if (retention === 'none') world.budgets.delete(keyId);
    else {
      const thresholdNanoUsd = BigInt(world.random.integer(100, 1_600)) * 500n;
      world.budgets.set(keyId, { retention, thresholdNanoUsd });
    }
  },
  passTime(world) {
    world.nowMs += world.random.integer(0, 20) * 3_600_000;
  },
  checkpoint(world) {
    const [holdId, hold] = world.pickHold() ?? [];
    if (holdId === undefined || hold === undefined) return;
    const usage = usageWithin(world, hold.amount);
    write['ledger/checkpoint'](world.connection, { holds: [{ holdId, usage }] });
    if (hold.isOpen) hold.progress = usage;
  },
  settle(world) {
    const [holdId, hold] = world.pickHold() ?? [];
    if (holdId === undefined || hold === undefined) return;
    const usage = usageWithin(world, hold.amount);
    const { amountNanoUsd } = priceUsage(usage, world.price);
    const { kind } = write['ledger/settle'](world.connection, {
      holdId,
      usage,
      amountNanoUsd,
      status: 'succeeded',
      errorCode: undefined,
      nowMs: world.nowMs,
    });
    assert.equal(kind, hold.isOpen ? 'settled' : 'already-ended');
    if (hold.isOpen) world.charge(hold, amountNanoUsd);
  },
  void(world) {
    const [holdId, hold] = world.pickHold() ?? [];
    if (holdId === undefined || hold === undefined) return;
    const { kind } = write['ledger/void'](world.connection, {
      holdId,
      usage: usageWithin(world, 0n),
      status: 'failed',
      errorCode: 'engine/unavailable',
      nowMs: world.nowMs,
    });
    assert.equal(kind, hold.isOpen ? 'settled' : 'already-ended');
    hold.isOpen = false;
  },
  crash(world) {
    if (world.random.integer(0, 9) > 0) return;
    world.connection.close();
    world.connection = world.open();
    write['ledger/recover'](world.connection, { nowMs: world.nowMs });
    for (const hold of world.holds.values()) {
      if (!hold.isOpen) continue;
      const cost = hold.progress && priceUsage(hold.progress, world.price).amountNanoUsd;
      world.charge(hold, cost ?? 0n);
    }
  },
};

/** A usage that costs no more than the amount, as the allowance guarantees. */
function usageWithin(world: World, amount: bigint): TokenUsage {
  const credits = Number(amount / 500n);
  const completionTokens = world.random.integer(0, Math.floor(credits / 16));
  const promptTokens = world.random.integer(0, Math.floor(credits / 4));
  return {
    promptTokens,
    cachedTokens: world.random.integer(0, promptTokens),
    completionTokens,
    reasoningTokens: undefined,
  };
}

function compare(world: World): void {
  for (const accountId of accountIds) {
    const stored = ledgerReadHandlers['ledger/balance'](world.connection, { accountId });
    assert.equal(stored?.postedNanoUsd ?? 0n, world.posted.get(accountId) ?? 0n);
    assert.equal(
      stored?.heldNanoUsd ?? 0n,
      world.held((hold) => hold.accountId === accountId),
    );
    assert.ok(world.walletRoom(accountId) >= 0n, 'no wallet is ever overdrawn');
  }
}

test(`the ledger agrees with its model over ${seeds} seeds of ${steps} steps`, (context) => {
  const directory = makeTemporaryDirectory(context);
  const names = Object.keys(actions);
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const world = new World(join(directory, `${seed}.db`), createRandom(seed));
    const trace: string[] = [];
    try {
      for (let step = 0; step < steps; step += 1) {
        const name = world.random.pick(names);
        trace.push(name);
        actions[name]?.(world);
        compare(world);
      }
      const report = ledgerReadHandlers['ledger/verify'](world.connection);
      assert.deepEqual(report.problems, []);
    } catch (error) {
      const message = `seed ${seed}, after ${trace.slice(-8).join(', ')}`;
      throw new Error(message, { cause: error });
    } finally {
      world.connection.close();
    }
  }
});
