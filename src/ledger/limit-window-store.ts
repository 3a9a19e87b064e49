import type { Connection } from '../storage/index.ts';
import type { LimitScope, LimitWindow } from './limit-window.ts';

/** The window with the least room left, or undefined without windows. Reads only. */
export function findTightestWindow(
  connection: Connection,
  windows: readonly LimitWindow[],
): { readonly scope: LimitScope; readonly available: bigint } | undefined {
  let tightest: { scope: LimitScope; available: bigint } | undefined;
  for (const window of windows) {
    const row = connection.get(
      'SELECT used, held FROM limit_window WHERE scope = ? AND scope_id = ? AND metric = ? AND window_start_ms = ?',
      window.scope,
      window.scopeId,
      window.metric,
      window.windowStartMs,
    );
    const taken = row === undefined ? 0n : (row.used as bigint) + (row.held as bigint);
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
  windows: readonly LimitWindow[],
  amount: bigint,
): void {
  for (const { scope, scopeId, metric, windowStartMs } of windows) {
    connection.run(
      `INSERT INTO limit_window (scope, scope_id, metric, window_start_ms, held) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET held = held + excluded.held`,
      scope,
      scopeId,
      metric,
      windowStartMs,
      amount,
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
