import { invariant, type TokenUsage } from '../core/index.ts';
import type { Connection, Row } from '../storage/index.ts';
import { appendEntry, houseAccounts } from './entry-store.ts';
import type { CompletionOutcome, HoldTerms, ReserveResult, SettleResult } from './hold.ts';
import {
  findTightestWindow,
  holdWindows,
  moveWindowHolds,
  openWindows,
  settleWindows,
} from './limit-window-store.ts';

export const holdStates = { open: 0, settled: 1, voided: 2, recovered: 3 } as const;

/** All guards first, then the writes: one operation's refusal must not undo its neighbours in the batch. */
export function reserve(connection: Connection, terms: HoldTerms): ReserveResult {
  const wallet = findWallet(connection, terms.accountId);
  if (wallet === undefined) return { kind: 'unknown-account' };
  if (connection.get('SELECT 1 FROM hold WHERE id = ?', terms.holdId) !== undefined) {
    return { kind: 'duplicate-request' };
  }
  if (wallet.available < terms.floorNanoUsd) return { kind: 'insufficient-credits' };
  const windows = openWindows(connection, terms.windows);
  const tightest = findTightestWindow(windows);
  if (tightest !== undefined && tightest.available < terms.floorNanoUsd) {
    return { kind: 'budget-exceeded', scope: tightest.scope };
  }

  const amount = least(terms.amountNanoUsd, wallet.available, tightest?.available);
  addToWalletHeld(connection, wallet.id, amount);
  connection.run(
    `INSERT INTO hold (id, wallet_id, account_id, key_id, model, price_version, amount, created_at_ms, call)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    terms.holdId,
    wallet.id,
    terms.accountId,
    terms.keyId,
    terms.model,
    terms.priceVersion,
    amount,
    terms.nowMs,
    JSON.stringify(terms.call),
  );
  holdWindows(connection, terms.holdId, windows, amount);
  return { kind: 'held', holdId: terms.holdId, amountNanoUsd: amount };
}

export interface ExtendInput {
  readonly holdId: string;
  /** The amount that the caller believes is held; another value means that somebody else extended it. */
  readonly expectedNanoUsd: bigint;
  readonly amountNanoUsd: bigint;
  readonly windows: readonly HoldTerms['windows'][number][];
}

/** Raises a hold by compare-and-set. Refused when the hold has ended, differs, or the money is not there. */
export function extend(connection: Connection, input: ExtendInput): { isGranted: boolean } {
  const hold = findOpenHold(connection, input.holdId);
  if (hold === undefined || hold.amount !== input.expectedNanoUsd) return { isGranted: false };
  const increase = input.amountNanoUsd - hold.amount;
  if (increase <= 0n) return { isGranted: increase === 0n };
  const wallet = findWallet(connection, hold.accountId);
  if (wallet === undefined || wallet.available < increase) return { isGranted: false };
  const tightest = findTightestWindow(openWindows(connection, input.windows));
  if (tightest !== undefined && tightest.available < increase) return { isGranted: false };
  addToWalletHeld(connection, wallet.id, increase);
  connection.run('UPDATE hold SET amount = ? WHERE id = ?', input.amountNanoUsd, input.holdId);
  moveWindowHolds(connection, input.holdId, increase);
  return { isGranted: true };
}

/** Ends a hold with a charge. A cost of 0 writes no entry. Safe to repeat. */
export function settle(connection: Connection, outcome: CompletionOutcome): SettleResult {
  return endHold(connection, outcome, holdStates.settled);
}

/** Ends a hold without a charge. Safe to repeat. */
export function voidHold(
  connection: Connection,
  outcome: Omit<CompletionOutcome, 'amountNanoUsd'>,
): SettleResult {
  return endHold(connection, { ...outcome, amountNanoUsd: 0n }, holdStates.voided);
}

export type EndStatus = CompletionOutcome['status'] | 'recovered';

export function endHold(
  connection: Connection,
  outcome: Omit<CompletionOutcome, 'status'> & { readonly status: EndStatus },
  state: number,
): SettleResult {
  const hold = findOpenHold(connection, outcome.holdId);
  if (hold === undefined) return { kind: 'already-ended' };
  invariant(outcome.amountNanoUsd >= 0n, 'a charge is never negative');
  // A cost above the hold is a bug above; the customer is never charged more than was set aside.
  const charge = outcome.amountNanoUsd > hold.amount ? hold.amount : outcome.amountNanoUsd;
  const posted = releaseWallet(connection, hold, charge, outcome.nowMs);
  connection.run(
    'UPDATE hold SET state = ?, settled = ?, ended_at_ms = ? WHERE id = ?',
    state,
    charge,
    outcome.nowMs,
    outcome.holdId,
  );
  settleWindows(connection, outcome.holdId, charge);
  if (charge > 0n) {
    appendEntry(connection, {
      atMs: outcome.nowMs,
      kind: 'usage',
      debitAccount: hold.walletId,
      creditAccount: houseAccounts.revenue,
      amount: charge,
      balanceAfter: posted,
      ref: outcome.holdId,
      usage: outcome.usage,
      priceVersion: hold.priceVersion,
      note: charge < outcome.amountNanoUsd ? 'cost above the hold was not charged' : undefined,
    });
  }
  insertUsageRecord(connection, hold, outcome, charge);
  return { kind: 'settled' };
}

export interface CheckpointInput {
  readonly holds: readonly { readonly holdId: string; readonly usage: TokenUsage }[];
}

/** Remembers what running streams have used, so that a crash still charges for it. */
export function checkpoint(connection: Connection, input: CheckpointInput): void {
  for (const { holdId, usage } of input.holds) {
    connection.run(
      `UPDATE hold SET progress_prompt_tokens = ?, progress_cached_tokens = ?, progress_completion_tokens = ?
       WHERE id = ? AND state = 0`,
      usage.promptTokens,
      usage.cachedTokens ?? null,
      usage.completionTokens,
      holdId,
    );
  }
}

export interface StoredHold {
  readonly id: string;
  readonly walletId: bigint;
  readonly accountId: string;
  readonly keyId: string;
  readonly model: string;
  readonly priceVersion: string;
  readonly amount: bigint;
  readonly createdAtMs: number;
  readonly call: string;
}

function findOpenHold(connection: Connection, holdId: string): StoredHold | undefined {
  const row = connection.get('SELECT * FROM hold WHERE id = ? AND state = 0', holdId);
  return row === undefined ? undefined : toStoredHold(row);
}

export function toStoredHold(row: Row): StoredHold {
  return {
    id: String(row.id),
    walletId: row.wallet_id as bigint,
    accountId: String(row.account_id),
    keyId: String(row.key_id),
    model: String(row.model),
    priceVersion: String(row.price_version),
    amount: row.amount as bigint,
    createdAtMs: Number(row.created_at_ms),
    call: String(row.call),
  };
}

function findWallet(connection: Connection, accountId: string) {
  const row = connection.get(
    "SELECT id, posted, held FROM ledger_account WHERE account_id = ? AND kind = 'wallet'",
    accountId,
  );
  if (row === undefined) return undefined;
  return { id: row.id as bigint, available: (row.posted as bigint) - (row.held as bigint) };
}

function addToWalletHeld(connection: Connection, walletId: bigint, amount: bigint): void {
  connection.run('UPDATE ledger_account SET held = held + ? WHERE id = ?', amount, walletId);
}

function releaseWallet(
  connection: Connection,
  hold: StoredHold,
  charge: bigint,
  nowMs: number,
): bigint {
  const row = connection.get(
    `UPDATE ledger_account SET held = held - ?, posted = posted - ?,
       posted_at_ms = iif(? > 0, ?, posted_at_ms) WHERE id = ? RETURNING posted`,
    hold.amount,
    charge,
    charge,
    nowMs,
    hold.walletId,
  );
  invariant(row !== undefined, 'the wallet of a hold exists');
  return row.posted as bigint;
}

function insertUsageRecord(
  connection: Connection,
  hold: StoredHold,
  outcome: Omit<CompletionOutcome, 'status'> & { readonly status: EndStatus },
  charge: bigint,
): void {
  const { usage } = outcome;
  connection.run(
    `INSERT INTO usage_record (request_id, account_id, key_id, model, status, error_code, started_at_ms,
       ended_at_ms, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens, amount_nano_usd, call)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    hold.id,
    hold.accountId,
    hold.keyId,
    hold.model,
    outcome.status,
    outcome.errorCode ?? null,
    hold.createdAtMs,
    outcome.nowMs,
    usage.promptTokens,
    usage.cachedTokens ?? null,
    usage.completionTokens,
    usage.reasoningTokens ?? null,
    charge,
    hold.call,
  );
}

function least(first: bigint, second: bigint, third: bigint | undefined): bigint {
  const smaller = first < second ? first : second;
  return third !== undefined && third < smaller ? third : smaller;
}
