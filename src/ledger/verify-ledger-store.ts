import { priceUsage } from '../core/index.ts';
import type { Connection, Row } from '../storage/index.ts';
import { readPrice } from './price-version-store.ts';

export interface LedgerProblem {
  /** Which invariant is broken, e.g. `wallet-posted`. */
  readonly invariant: string;
  /** The row at fault, e.g. `entry 42`. */
  readonly row: string;
  readonly expected: string;
  readonly found: string;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly openHolds: number;
  readonly entries: number;
  readonly wallets: number;
  readonly postedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
  /** The first ones; a broken ledger can have millions. */
  readonly problems: readonly LedgerProblem[];
}

const problemsMax = 20;

/** Recomputes everything that the tables claim and names the rows that disagree. Reads only. */
export function verifyLedger(connection: Connection): LedgerReport {
  const problems: LedgerProblem[] = [
    ...checks.flatMap((check) =>
      connection.all(`${check.sql} LIMIT ${problemsMax}`).map((row) => toProblem(check.name, row)),
    ),
    ...mispricedEntries(connection),
  ].slice(0, problemsMax);
  const totals = connection.get(`SELECT
    (SELECT count(*) FROM hold WHERE state = 0) AS open_holds,
    (SELECT count(*) FROM entry) AS entries,
    (SELECT count(*) FROM ledger_account WHERE kind = 'wallet') AS wallets,
    (SELECT coalesce(sum(posted), 0) FROM ledger_account WHERE kind = 'wallet') AS posted,
    (SELECT coalesce(sum(held), 0) FROM ledger_account WHERE kind = 'wallet') AS held`);
  return {
    ok: problems.length === 0,
    openHolds: Number(totals?.open_holds),
    entries: Number(totals?.entries),
    wallets: Number(totals?.wallets),
    postedNanoUsd: (totals?.posted ?? 0n) as bigint,
    heldNanoUsd: (totals?.held ?? 0n) as bigint,
    problems,
  };
}

/** Each query yields a row (`row`, `expected`, `found`) for each violation, and none when all is well. */
const checks: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'wallet-posted',
    // The entries are added up once for all wallets: there is no index to find them by wallet.
    sql: `WITH movement AS (
        SELECT credit_account AS wallet_id, amount FROM entry
        UNION ALL SELECT debit_account, -amount FROM entry
      ), total AS (SELECT wallet_id, sum(amount) AS amount FROM movement GROUP BY wallet_id)
      SELECT 'wallet ' || wallet.id AS row, coalesce(total.amount, 0) AS expected, wallet.posted AS found
      FROM ledger_account AS wallet LEFT JOIN total ON total.wallet_id = wallet.id
      WHERE wallet.kind = 'wallet' AND expected <> found`,
  },
  {
    name: 'wallet-held',
    sql: `SELECT 'wallet ' || wallet.id AS row, coalesce(sum(hold.amount), 0) AS expected, wallet.held AS found
      FROM ledger_account AS wallet LEFT JOIN hold ON hold.wallet_id = wallet.id AND hold.state = 0
      WHERE wallet.kind = 'wallet' GROUP BY wallet.id HAVING expected <> found`,
  },
  {
    name: 'window-held',
    sql: `SELECT 'window ' || w.scope || ' ' || w.scope_id || ' ' || w.window_start_ms AS row,
        coalesce(sum(hold_window.amount), 0) AS expected, w.held AS found
      FROM limit_window AS w LEFT JOIN hold_window USING (scope, scope_id, metric, window_start_ms)
      GROUP BY w.scope, w.scope_id, w.metric, w.window_start_ms HAVING expected <> found`,
  },
  {
    name: 'wallet-not-overdrawn',
    sql: `SELECT 'wallet ' || id AS row, '>= 0' AS expected, posted - held AS found
      FROM ledger_account WHERE kind = 'wallet' AND posted - held < 0`,
  },
  {
    name: 'settled-hold-has-its-entry',
    sql: `SELECT 'hold ' || hold.id AS row, hold.settled AS expected, coalesce(entry.amount, 0) AS found
      FROM hold LEFT JOIN entry ON entry.kind = 'usage' AND entry.ref = hold.id
      WHERE hold.state <> 0 AND coalesce(entry.amount, 0) <> hold.settled`,
  },
  {
    name: 'usage-entry-has-its-hold',
    sql: `SELECT 'entry ' || entry.seq AS row, 'an ended hold' AS expected, entry.ref AS found
      FROM entry LEFT JOIN hold ON hold.id = entry.ref
      WHERE entry.kind = 'usage' AND (hold.id IS NULL OR hold.state = 0)`,
  },
  {
    name: 'usage-record-agrees-with-its-hold',
    sql: `SELECT 'hold ' || hold.id AS row, hold.settled AS expected,
        coalesce(usage_record.amount_nano_usd, 'no usage record') AS found
      FROM hold LEFT JOIN usage_record ON usage_record.request_id = hold.id
      WHERE hold.state <> 0 AND usage_record.amount_nano_usd IS NOT hold.settled`,
  },
];

/** The cost computed anew from tokens and price version must be the amount that was charged. */
function* mispricedEntries(connection: Connection): Generator<LedgerProblem> {
  const pageRows = 1_000;
  let seq = 0n;
  let found = 0;
  while (found < problemsMax) {
    const rows = connection.all(
      `SELECT seq, amount, prompt_tokens, cached_tokens, completion_tokens, price_version FROM entry
       WHERE seq > ? AND kind = 'usage' AND note IS NULL ORDER BY seq LIMIT ${pageRows}`,
      seq,
    );
    if (rows.length === 0) return;
    for (const row of rows) {
      seq = row.seq as bigint;
      const expected = recompute(connection, row);
      if (expected === row.amount) continue;
      found += 1;
      yield {
        invariant: 'entry-amount',
        row: `entry ${seq}`,
        expected: String(expected),
        found: String(row.amount),
      };
    }
  }
}

function recompute(connection: Connection, row: Row): bigint | undefined {
  const price = readPrice(connection, String(row.price_version));
  if (price === undefined) return undefined;
  const usage = {
    promptTokens: Number(row.prompt_tokens),
    cachedTokens: row.cached_tokens === null ? undefined : Number(row.cached_tokens),
    completionTokens: Number(row.completion_tokens),
    reasoningTokens: undefined,
  };
  return priceUsage(usage, price).amountNanoUsd;
}

function toProblem(invariant: string, row: Row): LedgerProblem {
  return {
    invariant,
    row: String(row.row),
    expected: String(row.expected),
    found: String(row.found),
  };
}
