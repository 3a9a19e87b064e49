import type { Connection } from '../storage/index.ts';

export interface KeySpending {
  readonly keyId: string;
  readonly spentNanoUsd: bigint;
  readonly requests: number;
}

/** Served by the index on (key_id, ended_at_ms). */
function readKeySpending(
  connection: Connection,
  input: { readonly keyIds: readonly string[]; readonly sinceMs: number },
): KeySpending[] {
  return input.keyIds.map((keyId) => {
    const row = connection.get(
      `SELECT coalesce(sum(amount_nano_usd), 0) AS spent, count(*) AS requests FROM usage_record
       WHERE key_id = ? AND ended_at_ms >= ?`,
      keyId,
      input.sinceMs,
    );
    return {
      keyId,
      spentNanoUsd: (row?.spent ?? 0n) as bigint,
      requests: Number(row?.requests ?? 0),
    };
  });
}

export const usageReadHandlers = { 'usage/key-spending': readKeySpending };
