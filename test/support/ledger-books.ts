import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What the database says of one completion whose hold has ended. Money in nano-USD. */
export interface Charge {
  readonly requestId: string;
  readonly clientRequestId: string | undefined;
  readonly model: string;
  readonly status: 'succeeded' | 'cancelled' | 'failed' | 'recovered';
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly amount: bigint;
  /** Of its entry; 0 when it has none. */
  readonly entryAmount: bigint;
}

/** One consistent look at the money. */
export interface Books {
  readonly posted: bigint;
  readonly held: bigint;
  readonly openHolds: number;
  readonly granted: bigint;
  /** Sum of all usage entries, also of those that no charge knows. */
  readonly usageEntries: bigint;
  readonly charges: readonly Charge[];
}

const totalsQuery = `SELECT
  (SELECT sum(posted) FROM ledger_account WHERE kind = 'wallet') AS posted,
  (SELECT sum(held) FROM ledger_account WHERE kind = 'wallet') AS held,
  (SELECT count(*) FROM hold WHERE state = 0) AS openHolds,
  (SELECT coalesce(sum(amount), 0) FROM entry WHERE kind = 'grant') AS granted,
  (SELECT coalesce(sum(amount), 0) FROM entry WHERE kind = 'usage') AS usageEntries`;

const chargesQuery = `SELECT request_id, model, status, usage_record.prompt_tokens,
  usage_record.cached_tokens, usage_record.completion_tokens, amount_nano_usd, call,
  coalesce(entry.amount, 0) AS entry_amount
  FROM usage_record LEFT JOIN entry ON entry.kind = 'usage' AND entry.ref = request_id
  ORDER BY usage_record.seq`;

/**
 * Reads the database of a running server beside it, so that what is claimed about the money does not
 * rest on the code that is under test.
 */
export function readBooks(dataDirectory: string): Books {
  const database = new DatabaseSync(join(dataDirectory, 'moongate.db'), {
    readOnly: true,
    readBigInts: true,
    timeout: 5_000,
  });
  try {
    database.exec('BEGIN');
    const totals = database.prepare(totalsQuery).get();
    return {
      posted: totals?.posted as bigint,
      held: totals?.held as bigint,
      openHolds: Number(totals?.openHolds),
      granted: totals?.granted as bigint,
      usageEntries: totals?.usageEntries as bigint,
      charges: database.prepare(chargesQuery).all().map(toCharge),
    };
  } finally {
    database.close();
  }
}

function toCharge(row: Record<string, unknown>): Charge {
  const call = JSON.parse(String(row.call)) as { readonly clientRequestId?: string };
  return {
    requestId: String(row.request_id),
    clientRequestId: call.clientRequestId,
    model: String(row.model),
    status: row.status as Charge['status'],
    promptTokens: Number(row.prompt_tokens),
    cachedTokens: Number(row.cached_tokens ?? 0),
    completionTokens: Number(row.completion_tokens),
    amount: row.amount_nano_usd as bigint,
    entryAmount: row.entry_amount as bigint,
  };
}
