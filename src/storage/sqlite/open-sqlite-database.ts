import type { Database } from '../operation.ts';
import {
  type StorageThread,
  type StorageThreadOptions,
  startStorageThread,
} from './start-storage-thread.ts';

export interface SqliteDatabaseOptions extends StorageThreadOptions {
  /** A storage thread has died: every call fails from now on, until the process is started anew. */
  readonly onThreadEnded?: (role: 'writer' | 'reader', reason: string) => void;
}

const longReadMs = 600_000;

/** Opens the database: one writer thread with group commit, one reader thread. The caller holds the directory lock. */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<Database> {
  const start = (role: 'writer' | 'reader'): Promise<StorageThread> =>
    startStorageThread(role, options, (reason) => options.onThreadEnded?.(role, reason));
  const writer = await start('writer');
  // The reader opens the file that the writer has created and migrated.
  const reader = await start('reader').catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  return {
    write: (name, input) => writer.call(name, input),
    read: (name, input) => reader.call(name, input),
    async readAlone(name, input) {
      const alone = { ...options, operationTimeoutMs: longReadMs };
      const own = await startStorageThread('reader', alone);
      try {
        return await own.call(name, input);
      } finally {
        await own.close();
      }
    },
    health: () => ({
      isWritable: writer.isWell() && reader.isWell(),
      isReadable: reader.isWell(),
    }),
    close: async () => {
      await reader.close();
      await writer.close();
    },
  };
}
