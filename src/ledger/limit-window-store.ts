import type { Connection } from '../storage/index.ts';
import type { LimitScope, LimitWindow } from './limit-window.ts';

/**
 * The windows that count: those with a cap, made now if need be, and those of the others that exist.
 * A window is made with what its owner has spent since it began and with the holds that are open. That
 * is true whatever becomes of the operation, so it may be written before the guards have been evaluated.
 */
export function openWindows(
  connection: Connection,
  windows: readonly LimitWindow[],
): readonly OpenWindow[] {
  return windows.flatMap((window) => {
    const row = findWindow(connection, window);
    if (row !== undefined) return [{ window, taken: row }];
    if (window.cap === undefined) return [];
    return [{ window, taken: makeWindow(connection, window) }];
  });
}

export interface OpenWindow {
  readonly window: LimitWindow;
  /** Used and held. */
  readonly taken: bigint;
}

/** The limited window with the least room left, or undefined without any. */
export function findTightestWindow(
  windows: readonly OpenWindow[],
): { readonly scope: LimitScope; readonly available: bigint } | undefined {
  let tightest: { scope: LimitScope; available: bigint } | undefined;
  for (const { window, taken } of windows) {
    if (window.cap === undefined) continue;
    const available = window.cap - taken;
    if (tightest === undefined || available < tightest.available) {
      tightest = { scope: window.scope, available };
    }
  }
  return tightest;
}

/** Holds the amount in each window, and remembers per hold which windows they were. */
export function holdWindows(
  connection: Connection,
  holdId: string,
  windows: readonly OpenWindow[],
  amount: bigint,
): void {
  for (const { window } of windows) {
    const { scope, scopeId, metric, windowStartMs } = window;
    connection.run(
      `UPDATE limit_window SET held = held + ?
       WHERE scope = ? AND scope_id = ? AND metric = ? AND window_start_ms = ?`,
      amount,
      scope,
      scopeId,
      metric,
      windowStartMs,
    );
    connection.run(
      'INSERT INTO hold_window VALUES (?, ?, ?, ?, ?, ?)',
      holdId,
      scope,
      scopeId,
      metric,
      windowStartMs,
      amount,
    );
  }
}

function findWindow(connection: Connection, window: LimitWindow): bigint | undefined {
  const row = connection.get(
    'SELECT used, held FROM limit_window WHERE scope = ? AND scope_id = ? AND metric = ? AND window_start_ms = ?',
    window.scope,
    window.scopeId,
    window.metric,
    window.windowStartMs,
  );
  return row === undefined ? undefined : (row.used as bigint) + (row.held as bigint);
}

/** A request belongs to the period in which it began, so both sums go by its beginning. */
function makeWindow(connection: Connection, window: LimitWindow): bigint {
  const { scope, scopeId, metric, windowStartMs } = window;
  const spent = connection.get(spentSince[scope], scopeId, windowStartMs, windowStartMs);
  const used = (spent?.amount ?? 0n) as bigint;
  connection.run(adoptHolds[scope], scope, scopeId, metric, windowStartMs, scopeId, windowStartMs);
  const adopted = connection.get(
    `SELECT coalesce(sum(amount), 0) AS amount FROM hold_window
     WHERE hold_id IN (SELECT id FROM hold WHERE state = 0)
       AND scope = ? AND scope_id = ? AND metric = ? AND window_start_ms = ?`,
    scope,
    scopeId,
    metric,
    windowStartMs,
  );
  const held = (adopted?.amount ?? 0n) as bigint;
  connection.run(
    `INSERT INTO limit_window (scope, scope_id, metric, window_start_ms, used, held)
     VALUES (?, ?, ?, ?, ?, ?)`,
    scope,
    scopeId,
    metric,
    windowStartMs,
    used,
    held,
  );
  return used + held;
}

// The end is never before the beginning; it is asked for because the index goes by it.
const spentSince: Readonly<Record<LimitScope, string>> = {
  key: `SELECT sum(amount_nano_usd) AS amount FROM usage_record
    WHERE key_id = ? AND ended_at_ms >= ? AND started_at_ms >= ?`,
  account: `SELECT sum(amount_nano_usd) AS amount FROM usage_record
    WHERE account_id = ? AND ended_at_ms >= ? AND started_at_ms >= ?`,
};
const adoptHolds: Readonly<Record<LimitScope, string>> = {
  key: `INSERT INTO hold_window SELECT id, ?, ?, ?, ?, amount FROM hold
    WHERE state = 0 AND key_id = ? AND created_at_ms >= ?`,
  account: `INSERT INTO hold_window SELECT id, ?, ?, ?, ?, amount FROM hold
    WHERE state = 0 AND account_id = ? AND created_at_ms >= ?`,
};

export function moveWindowHolds(connection: Connection, holdId: string, increase: bigint): void {
  connection.run(raiseWindows, increase, holdId);
  connection.run('UPDATE hold_window SET amount = amount + ? WHERE hold_id = ?', increase, holdId);
}

/** A request settles into the windows that it reserved in, also when the period has ended since. */
export function settleWindows(connection: Connection, holdId: string, charge: bigint): void {
  const changed = connection.run(chargeWindows, charge, holdId);
  if (changed > 0) connection.run('DELETE FROM hold_window WHERE hold_id = ?', holdId);
}

const windowsOfHold = `FROM hold_window WHERE hold_window.hold_id = ?
  AND hold_window.scope = limit_window.scope AND hold_window.scope_id = limit_window.scope_id
  AND hold_window.metric = limit_window.metric
  AND hold_window.window_start_ms = limit_window.window_start_ms`;
// Made once: the connection finds a prepared statement by its text, and a text that is put together
// anew has to be hashed anew.
const raiseWindows = `UPDATE limit_window SET held = limit_window.held + ? ${windowsOfHold}`;
const chargeWindows = `UPDATE limit_window
  SET held = limit_window.held - hold_window.amount, used = used + ? ${windowsOfHold}`;
