import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../core/index.ts';
import type { OperationHandlers, StorageHandlers } from '../operation.ts';
import type { CallMessage, ReadyMessage, ReplyMessage, WorkerSettings } from '../worker-message.ts';
import { type Connection, openConnection } from './connection.ts';
import { migrate, readMigrations } from './migrate.ts';

type Call = CallMessage[number];
type Reply = ReplyMessage[number];

/** The body of a storage thread. The entry file in app calls it with every module's handlers. */
export function runStorageWorker(handlers: StorageHandlers): void {
  const port = parentPort;
  invariant(port !== null, 'runStorageWorker runs in a worker thread');
  const settings = workerData as WorkerSettings;
  const isWriter = settings.role === 'writer';
  const connection = openConnection({
    file: settings.file,
    isReadOnly: !isWriter,
    busyTimeoutMs: settings.busyTimeoutMs,
  });
  if (isWriter) migrate(connection, readMigrations(), settings.startedAtMs);

  const own = isWriter ? handlers.write : handlers.read;
  const runBatch = isWriter ? writeBatch : readBatch;
  let waiting: Call[] = [];
  const drain = () => {
    const calls = waiting;
    waiting = [];
    port.postMessage(runBatch(connection, own, calls));
  };
  port.on('message', (calls: CallMessage | 'close') => {
    if (calls === 'close') {
      if (waiting.length > 0) drain();
      connection.close();
      port.close();
      return;
    }
    // Everything that arrives before the loop turns shares one transaction, hence one fsync.
    if (waiting.length === 0) setImmediate(() => waiting.length > 0 && drain());
    waiting.push(...calls);
  });
  port.postMessage({ ready: true } satisfies ReadyMessage);
}

function readBatch(
  connection: Connection,
  handlers: OperationHandlers,
  calls: readonly Call[],
): Reply[] {
  return calls.map((call) => {
    try {
      return { id: call.id, value: perform(connection, handlers, call) };
    } catch (error) {
      return { id: call.id, error: describe(error) };
    }
  });
}

/** Group commit: one transaction for all calls; nothing is acknowledged before COMMIT has returned. */
function writeBatch(
  connection: Connection,
  handlers: OperationHandlers,
  calls: readonly Call[],
): Reply[] {
  try {
    return inTransaction(connection, () =>
      calls.map((call) => ({ id: call.id, value: perform(connection, handlers, call) })),
    );
  } catch (error) {
    if (calls.length === 1) return calls.map((call) => ({ id: call.id, error: describe(error) }));
    // One call failed unexpectedly and took the batch with it: run each alone, so that only it fails.
    return calls.flatMap((call) => writeBatch(connection, handlers, [call]));
  }
}

function inTransaction<Result>(connection: Connection, body: () => Result): Result {
  connection.execute('BEGIN IMMEDIATE');
  try {
    const result = body();
    connection.execute('COMMIT');
    return result;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

function rollBack(connection: Connection): void {
  try {
    connection.execute('ROLLBACK');
  } catch {
    // SQLite has already rolled back by itself, as it does when the disk is full.
  }
}

function perform(connection: Connection, handlers: OperationHandlers, call: Call): unknown {
  const handler = handlers[call.name];
  invariant(handler !== undefined, `storage operation ${call.name} is registered`);
  return handler(connection, call.input);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
