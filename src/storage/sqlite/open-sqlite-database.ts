import { Worker } from 'node:worker_threads';
import { PlatformError } from '../../core/index.ts';
import type { Database } from '../operation.ts';
import type { CallMessage, ReadyMessage, ReplyMessage, WorkerSettings } from '../worker-message.ts';

export interface SqliteDatabaseOptions {
  readonly file: string;
  /** The entry file in app that calls `runStorageWorker` with all handlers. */
  readonly workerUrl: URL;
  /** How long a caller waits for one operation, queueing included. */
  readonly operationTimeoutMs: number;
  /** How many operations may wait at once; beyond that calls fail at once with 503. */
  readonly operationsWaitingMax: number;
  readonly startedAtMs: number;
}

/** Opens the database: one writer thread with group commit, one reader thread. The caller holds the directory lock. */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<Database> {
  const writer = await startThread('writer', options);
  // The reader opens the file that the writer has created and migrated.
  const reader = await startThread('reader', options).catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  return {
    write: (name, input) => writer.call(name, input),
    read: (name, input) => reader.call(name, input),
    async readAlone(name, input) {
      const own = await startThread('reader', { ...options, operationTimeoutMs: longReadMs });
      try {
        return await own.call(name, input);
      } finally {
        await own.close();
      }
    },
    close: async () => {
      await reader.close();
      await writer.close();
    },
  };
}

interface StorageThread {
  call(name: string, input: unknown): Promise<unknown>;
  close(): Promise<void>;
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadlineMs: number;
}

const sweepIntervalMs = 500;
const longReadMs = 600_000;

async function startThread(
  role: WorkerSettings['role'],
  options: SqliteDatabaseOptions,
): Promise<StorageThread> {
  const settings: WorkerSettings = {
    role,
    file: options.file,
    busyTimeoutMs: options.operationTimeoutMs,
    startedAtMs: options.startedAtMs,
  };
  const worker = new Worker(options.workerUrl, { workerData: settings, name: `storage-${role}` });
  await untilReady(worker);

  const waiters = new Map<number, Waiter>();
  let outgoing: CallMessage[number][] = [];
  let nextId = 1;
  let isClosed = false;

  const failAll = (message: string) => {
    isClosed = true;
    for (const waiter of waiters.values()) waiter.reject(unavailable(message));
    waiters.clear();
  };
  worker.on('message', (replies: ReplyMessage) => {
    for (const reply of replies) settle(waiters, reply);
  });
  worker.on('error', (error) => failAll(`storage thread failed: ${error.message}`));
  worker.on('exit', () => failAll('storage thread ended'));
  const sweep = setInterval(() => rejectOverdue(waiters), sweepIntervalMs).unref();

  const flush = () => {
    worker.postMessage(outgoing);
    outgoing = [];
  };
  return {
    call(name, input) {
      if (isClosed) return Promise.reject(unavailable('storage is closed'));
      if (waiters.size >= options.operationsWaitingMax) {
        return Promise.reject(unavailable('too many storage operations are waiting'));
      }
      // All calls of one loop turn leave in one message: waking the thread is dearer than the work.
      if (outgoing.length === 0) setImmediate(flush);
      const id = nextId++;
      outgoing.push({ id, name, input });
      const deadlineMs = performance.now() + options.operationTimeoutMs;
      return new Promise((resolve, reject) => waiters.set(id, { resolve, reject, deadlineMs }));
    },
    async close() {
      if (isClosed) return;
      clearInterval(sweep);
      if (outgoing.length > 0) flush();
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage('close');
      await exited;
    },
  };
}

function untilReady(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: ReadyMessage) => {
      worker.off('error', reject);
      if (message.ready) resolve();
    });
  });
}

function settle(waiters: Map<number, Waiter>, reply: ReplyMessage[number]): void {
  const waiter = waiters.get(reply.id);
  if (waiter === undefined) return;
  waiters.delete(reply.id);
  if ('error' in reply) waiter.reject(unavailable(reply.error));
  else waiter.resolve(reply.value);
}

function rejectOverdue(waiters: Map<number, Waiter>): void {
  const nowMs = performance.now();
  for (const [id, waiter] of waiters) {
    // Insertion order is deadline order.
    if (waiter.deadlineMs > nowMs) return;
    waiters.delete(id);
    waiter.reject(unavailable('storage did not answer in time'));
  }
}

function unavailable(reason: string): PlatformError {
  return new PlatformError(
    'storage/unavailable',
    'The database is not available at the moment. Nothing was charged; try again shortly.',
    { cause: new Error(reason), retryAfterSeconds: 1 },
  );
}
