import { parentPort, workerData } from 'node:worker_threads';
import { invariant } from '../../core/index.ts';
import type { StorageHandlers } from '../operation.ts';
import type { CallMessage, ReadyMessage, WorkerSettings } from '../worker-message.ts';
import { openConnection } from './connection.ts';
import { migrate, readMigrations } from './migrate.ts';
import { canRead, canWrite, readBatch, type StorageBatch, writeBatch } from './run-batch.ts';

const probeIntervalMs = 1_000;

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

  const batch: StorageBatch = {
    connection,
    handlers: isWriter ? handlers.write : handlers.read,
    begun: settings.begun,
  };
  const runBatch = isWriter ? writeBatch : readBatch;
  let waiting: CallMessage[number][] = [];
  let isFileWell = true;
  const drain = () => {
    const calls = waiting;
    waiting = [];
    const reply = runBatch(batch, calls);
    isFileWell = reply.isFileWell;
    port.postMessage(reply);
  };
  // A server that counts as not ready gets no requests, so nothing but a probe would find the disk well again.
  const probe = setInterval(() => {
    if (isFileWell) return;
    isFileWell = isWriter ? canWrite(connection, settings.busyTimeoutMs) : canRead(connection);
    if (isFileWell) port.postMessage({ replies: [], isFileWell });
  }, probeIntervalMs);
  port.on('message', (calls: CallMessage | 'close') => {
    if (calls === 'close') {
      if (waiting.length > 0) drain();
      clearInterval(probe);
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
