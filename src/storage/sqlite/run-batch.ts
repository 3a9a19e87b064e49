import { invariant } from '../../core/index.ts';
import type { OperationHandlers } from '../operation.ts';
import { type CallMessage, monotonicMs, type ReplyMessage } from '../worker-message.ts';
import type { Connection } from './connection.ts';

type Call = CallMessage[number];
type Reply = ReplyMessage['replies'][number];

/** What a batch runs on. */
export interface StorageBatch {
  readonly connection: Connection;
  readonly handlers: OperationHandlers;
  readonly begun: BigInt64Array;
}

export function readBatch(batch: StorageBatch, calls: readonly Call[]): ReplyMessage {
  let isFileWell = true;
  const replies = calls.map((call): Reply => {
    try {
      return answer(batch, call, monotonicMs());
    } catch (error) {
      if (isFileFault(error)) isFileWell = false;
      return { id: call.id, error: describe(error) };
    }
  });
  return { replies, isFileWell };
}

/** Group commit: one transaction for all calls; nothing is acknowledged before COMMIT has returned. */
export function writeBatch(batch: StorageBatch, calls: readonly Call[]): ReplyMessage {
  const { connection } = batch;
  try {
    connection.execute('BEGIN IMMEDIATE');
  } catch (error) {
    // Nothing was begun. Each call alone would only wait for the same lock again.
    return refuseAll(calls, error);
  }
  try {
    announce(batch, calls);
    // Only now: the wait for the lock, and for the batch before, is over.
    const nowMs = monotonicMs();
    const replies = calls.map((call) => answer(batch, call, nowMs));
    connection.execute('COMMIT');
    return { replies, isFileWell: true };
  } catch (error) {
    rollBack(connection);
    if (calls.length === 1) return refuseAll(calls, error);
    // One call failed unexpectedly and took the batch with it: run each alone, so that only it fails.
    const results = calls.map((call) => writeBatch(batch, [call]));
    return {
      replies: results.flatMap(({ replies }) => replies),
      isFileWell: results.at(-1)?.isFileWell ?? true,
    };
  }
}

/** Whether a write goes through at this moment; waits for no lock. */
export function canWrite(connection: Connection, busyTimeoutMs: number): boolean {
  try {
    connection.execute('PRAGMA busy_timeout=0; BEGIN IMMEDIATE;');
    // Rewrites the first page, although with what stands there.
    const row = connection.get('PRAGMA user_version');
    connection.execute(`PRAGMA user_version=${row?.user_version ?? 0}; COMMIT;`);
    return true;
  } catch {
    rollBack(connection);
    return false;
  } finally {
    connection.execute(`PRAGMA busy_timeout=${busyTimeoutMs}`);
  }
}

export function canRead(connection: Connection): boolean {
  try {
    connection.get('SELECT count(*) FROM sqlite_schema');
    return true;
  } catch {
    return false;
  }
}

function answer({ connection, handlers }: StorageBatch, call: Call, nowMs: number): Reply {
  if (nowMs >= call.deadlineMs) {
    return { id: call.id, error: 'the operation came too late and was not performed' };
  }
  const handler = handlers[call.name];
  invariant(handler !== undefined, `storage operation ${call.name} is registered`);
  return { id: call.id, value: handler(connection, call.input) };
}

function announce({ begun }: StorageBatch, calls: readonly Call[]): void {
  const last = BigInt(calls.at(-1)?.id ?? 0);
  // A batch that is repeated call by call must not take back what it has announced.
  if (last > Atomics.load(begun, 0)) Atomics.store(begun, 0, last);
}

function refuseAll(calls: readonly Call[], error: unknown): ReplyMessage {
  const reason = describe(error);
  return {
    replies: calls.map(({ id }) => ({ id, error: reason })),
    isFileWell: !isFileFault(error),
  };
}

function rollBack(connection: Connection): void {
  try {
    connection.execute('ROLLBACK');
  } catch {
    // SQLite has already rolled back by itself, as it does when the disk is full.
  }
}

/** SQLite's result codes that speak of the file and not of the statement: busy, read-only, I/O, corrupt, full … */
const fileFaults = new Set([5, 6, 7, 8, 10, 11, 13, 14, 15, 26]);

function isFileFault(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  // The low byte is the primary code, the rest says more exactly what happened.
  return fileFaults.has(Number(error.errcode) & 0xff);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
