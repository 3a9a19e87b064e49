import { invariant, type TokenUsage } from '../core/index.ts';
import type { Connection } from '../storage/index.ts';

/** Fixed rows of ledger_account that the first migration writes. */
export const houseAccounts = { funding: 1n, revenue: 2n, promo: 3n, adjustment: 4n } as const;

export interface NewEntry {
  readonly atMs: number;
  readonly kind: 'usage' | 'grant';
  readonly debitAccount: bigint;
  readonly creditAccount: bigint;
  readonly amount: bigint;
  /** Posted balance of the wallet after this entry. */
  readonly balanceAfter: bigint;
  readonly ref: string;
  readonly usage?: TokenUsage;
  readonly priceVersion?: string;
  readonly note?: string | undefined;
}

/** Appends; UNIQUE (kind, ref) is the last guard against charging twice. */
export function appendEntry(connection: Connection, entry: NewEntry): void {
  connection.run(
    `INSERT INTO entry (at_ms, kind, debit_account, credit_account, amount, balance_after, ref,
       prompt_tokens, cached_tokens, completion_tokens, price_version, note)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    entry.atMs,
    entry.kind,
    entry.debitAccount,
    entry.creditAccount,
    entry.amount,
    entry.balanceAfter,
    entry.ref,
    entry.usage?.promptTokens ?? null,
    entry.usage?.cachedTokens ?? null,
    entry.usage?.completionTokens ?? null,
    entry.priceVersion ?? null,
    entry.note ?? null,
  );
}

export interface GrantInput {
  readonly accountId: string;
  readonly amountNanoUsd: bigint;
  /** Makes a repeated grant harmless: the same ref is granted once. */
  readonly ref: string;
  readonly note: string | undefined;
  readonly nowMs: number;
}

export type GrantResult =
  | { readonly kind: 'granted'; readonly balanceNanoUsd: bigint }
  | {
      readonly kind: 'already-granted';
      readonly balanceNanoUsd: bigint;
      /** What was granted under this reference before. */
      readonly amountNanoUsd: bigint;
    }
  | { readonly kind: 'unknown-account' };

/** Opens the wallet on the first grant of an account; a grant of 0 does only that. The account must exist. */
export function grant(connection: Connection, input: GrantInput): GrantResult {
  invariant(input.amountNanoUsd >= 0n, 'a grant is never negative');
  if (connection.get('SELECT 1 FROM account WHERE id = ?', input.accountId) === undefined) {
    return { kind: 'unknown-account' };
  }
  const wallet = openWallet(connection, input.accountId);
  const earlier = connection.get(
    "SELECT amount FROM entry WHERE kind = 'grant' AND ref = ?",
    input.ref,
  );
  if (earlier !== undefined) {
    return {
      kind: 'already-granted',
      balanceNanoUsd: wallet.posted,
      amountNanoUsd: earlier.amount as bigint,
    };
  }
  if (input.amountNanoUsd === 0n) return { kind: 'granted', balanceNanoUsd: wallet.posted };
  const posted = wallet.posted + input.amountNanoUsd;
  connection.run(
    'UPDATE ledger_account SET posted = ?, posted_at_ms = ? WHERE id = ?',
    posted,
    input.nowMs,
    wallet.id,
  );
  appendEntry(connection, {
    atMs: input.nowMs,
    kind: 'grant',
    debitAccount: houseAccounts.funding,
    creditAccount: wallet.id,
    amount: input.amountNanoUsd,
    balanceAfter: posted,
    ref: input.ref,
    note: input.note,
  });
  return { kind: 'granted', balanceNanoUsd: posted };
}

function openWallet(connection: Connection, accountId: string): { id: bigint; posted: bigint } {
  connection.run(
    "INSERT INTO ledger_account (account_id, kind) VALUES (?, 'wallet') ON CONFLICT DO NOTHING",
    accountId,
  );
  const row = connection.get(
    "SELECT id, posted FROM ledger_account WHERE account_id = ? AND kind = 'wallet'",
    accountId,
  );
  invariant(row !== undefined, 'the wallet was just opened');
  return { id: row.id as bigint, posted: row.posted as bigint };
}

export interface Balance {
  readonly postedNanoUsd: bigint;
  readonly heldNanoUsd: bigint;
  readonly updatedAtMs: number | undefined;
}

export function readBalance(
  connection: Connection,
  input: { readonly accountId: string },
): Balance | undefined {
  const row = connection.get(
    `SELECT posted, held, posted_at_ms FROM ledger_account
     WHERE account_id = ? AND kind = 'wallet'`,
    input.accountId,
  );
  if (row === undefined) return undefined;
  return {
    postedNanoUsd: row.posted as bigint,
    heldNanoUsd: row.held as bigint,
    updatedAtMs: row.posted_at_ms === null ? undefined : Number(row.posted_at_ms),
  };
}
