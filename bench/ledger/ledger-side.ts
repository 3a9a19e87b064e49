import { createAccounts } from '../../src/accounts/index.ts';
import { newRequestId, type Price, priceUsage, systemClock } from '../../src/core/index.ts';
import { createLedger, type Ledger } from '../../src/ledger/index.ts';
import type { Database } from '../../src/storage/index.ts';

/** One database with its accounts; the ledger on it is the product's own on either side. */
export interface LedgerSide {
  readonly ledger: Ledger;
  readonly accountIds: readonly string[];
  readonly price: Price;
  /** Pairs that were acknowledged since the start; the ledger must hold as many usage entries. */
  pairs: number;
}

const accountCount = 1_000;
const nanoUsd = 1_000_000_000n;
const creditUsd = 1_000_000n;
const usage = {
  promptTokens: 16,
  cachedTokens: 0,
  completionTokens: 64,
  reasoningTokens: undefined,
};

export async function createLedgerSide(database: Database): Promise<LedgerSide> {
  const accounts = createAccounts(database, systemClock);
  const ledger = createLedger(database, systemClock);
  const accountIds = await Promise.all(
    Array.from({ length: accountCount }, async (_, index) => {
      const { id } = await accounts.create(`bench ${index}`);
      const amountNanoUsd = creditUsd * nanoUsd;
      await ledger.grant({ accountId: id, amountNanoUsd, ref: id, note: undefined });
      return id;
    }),
  );
  const price = await ledger.ensurePriceVersion({
    model: 'bench',
    freshNanoUsd: 780_000_000n,
    cachedNanoUsd: 130_000_000n,
    outputNanoUsd: 3_900_000_000n,
  });
  return { ledger, accountIds, price, pairs: 0 };
}

/** One request's money: reserved under the monthly budget of its key, then settled. */
export async function runPair(side: LedgerSide, accountId: string): Promise<void> {
  const { ledger, price } = side;
  const holdId = newRequestId();
  const { amountNanoUsd } = priceUsage(usage, price);
  const held = await ledger.reserve({
    holdId,
    accountId,
    keyId: accountId,
    model: 'bench',
    priceVersion: price.version,
    amountNanoUsd: amountNanoUsd * 4n,
    floorNanoUsd: amountNanoUsd,
    windows: [
      {
        scope: 'key',
        scopeId: accountId,
        metric: 'budget_nano_usd',
        windowStartMs: 0,
        cap: creditUsd * nanoUsd,
      },
    ],
    call: {
      inferenceId: 'bench-inference-00001',
      clientRequestId: undefined,
      servedModel: 'scripted',
      deployment: 'embedded/scripted',
      isStream: false,
    },
  });
  if (held.kind !== 'held') throw new Error(`a reserve was refused: ${held.kind}`);
  const settled = await ledger.settle({
    holdId,
    usage,
    amountNanoUsd,
    status: 'succeeded',
    errorCode: undefined,
  });
  if (settled.kind !== 'settled') throw new Error(`a settle said ${settled.kind}`);
  side.pairs += 1;
}

/** Throws unless every invariant holds, no hold is open and every acknowledged pair has its entry. */
export async function verifySide({ ledger, accountIds, pairs }: LedgerSide): Promise<string> {
  const report = await ledger.verify();
  const expected = pairs + accountIds.length;
  if (!report.ok || report.openHolds > 0 || report.entries !== expected) {
    throw new Error(`the ledger is wrong: expected ${expected} entries, ${JSON.stringify(report)}`);
  }
  return `${report.entries} entries, no open hold, all invariants hold`;
}
