import { Worker } from 'node:worker_threads';
import { PlatformError } from '../../core/index.ts';
import {
  type CallMessage,
  monotonicMs,
  type ReadyMessage,
  type ReplyMessage,
  type WorkerSettings,
} from '../worker-message.ts';

export interface StorageThreadOptions {
  readonly file: string;
  /** The entry file in app that calls `runStorageWorker` with all handlers. */
  readonly workerUrl: URL;
  /** How long an operation may wait, queueing and locks included, before it begins; then it is refused. */
  readonly operationTimeoutMs: number;
  /** How many operations may wait at once; beyond that calls fail at once with 503. */
  readonly operationsWaitingMax: number;
  readonly startedAtMs: number;
}

export interface StorageThread {
  call(name: string, input: unknown): Promise<unknown>;
  /** It lives, and the last thing it did with the file went well. */
  isWell(): boolean;
  close(): Promise<void>;
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadlineMs: number;
}

type Waiters = Map<number, Waiter>;

const sweepIntervalMs = 500;
/** A write that has begun is waited for so much longer: a commit is either seen or never given up lightly. */
const begunTimeoutMs = 60_000;

/** `onEnded` is told when the thread ends although nobody closed it. */
export async function startStorageThread(
  role: WorkerSettings['role'],
  options: StorageThreadOptions,
  onEnded: (reason: string) => void = () => undefined,
): Promise<StorageThread> {
  const begun = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const settings: WorkerSettings = {
    role,
    file: options.file,
    // Shorter than the operation's own limit, so that a lock is reported before everybody has given up.
    busyTimeoutMs: Math.ceil(options.operationTimeoutMs / 2),
    startedAtMs: options.startedAtMs,
    begun,
  };
  const worker = new Worker(options.workerUrl, { workerData: settings, name: `storage-${role}` });
  await untilReady(worker);

  const waiters: Waiters = new Map();
  let outgoing: CallMessage[number][] = [];
  let nextId = 1;
  let state: 'open' | 'closing' | 'ended' = 'open';
  let isFileWell = true;

  const end = (reason: string) => {
    if (state === 'open') onEnded(reason);
    state = 'ended';
    clearInterval(sweep);
    for (const [id, waiter] of waiters) {
      waiter.reject(hasBegun(begun, id) ? unknownOutcome(reason) : unavailable(reason));
    }
    waiters.clear();
  };
  worker.on('message', (message: ReplyMessage) => {
    ({ isFileWell } = message);
    for (const reply of message.replies) settle(waiters, reply);
  });
  worker.on('error', (error) => end(`storage thread failed: ${error.message}`));
  worker.on('exit', () => end('storage thread ended'));
  const sweep = setInterval(() => rejectOverdue(waiters, begun), sweepIntervalMs).unref();

  const flush = () => {
    worker.postMessage(outgoing);
    outgoing = [];
  };
  return {
    call(name, input) {
      if (state !== 'open') return Promise.reject(unavailable('storage is closed'));
      if (waiters.size >= options.operationsWaitingMax) {
        return Promise.reject(unavailable('too many storage operations are waiting'));
      }
      // All calls of one loop turn leave in one message: waking the thread is dearer than the work.
      if (outgoing.length === 0) setImmediate(flush);
      const id = nextId++;
      const deadlineMs = monotonicMs() + options.operationTimeoutMs;
      outgoing.push({ id, name, input, deadlineMs });
      return new Promise((resolve, reject) => waiters.set(id, { resolve, reject, deadlineMs }));
    },
    isWell: () => state === 'open' && isFileWell,
    async close() {
      if (state !== 'open') return;
      state = 'closing';
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

function settle(waiters: Waiters, reply: ReplyMessage['replies'][number]): void {
  const waiter = waiters.get(reply.id);
  if (waiter === undefined) return;
  waiters.delete(reply.id);
  if ('error' in reply) waiter.reject(unavailable(reply.error));
  else waiter.resolve(reply.value);
}

/** The clock is read before the cell: what is not begun after its deadline is refused by the thread. */
function rejectOverdue(waiters: Waiters, begun: BigInt64Array): void {
  const nowMs = monotonicMs();
  for (const [id, waiter] of waiters) {
    // Insertion order is deadline order.
    if (waiter.deadlineMs > nowMs) return;
    const isBegun = hasBegun(begun, id);
    if (isBegun && waiter.deadlineMs + begunTimeoutMs > nowMs) continue;
    waiters.delete(id);
    const reason = 'storage did not answer in time';
    waiter.reject(isBegun ? unknownOutcome(reason) : unavailable(reason));
  }
}

/** Only the writer announces what it begins; a read may be given up at any time. */
function hasBegun(begun: BigInt64Array, id: number): boolean {
  return BigInt(id) <= Atomics.load(begun, 0);
}

function unavailable(reason: string): PlatformError {
  return new PlatformError(
    'storage/unavailable',
    'The database is not available at the moment. Nothing was charged; try again shortly.',
    { cause: new Error(reason), retryAfterSeconds: 1 },
  );
}

function unknownOutcome(reason: string): PlatformError {
  return new PlatformError(
    'storage/unavailable',
    'The database did not say whether the change was made. Look before you try again.',
    { cause: new Error(reason), retryAfterSeconds: 1 },
  );
}
