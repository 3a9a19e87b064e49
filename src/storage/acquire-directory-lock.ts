import { DatabaseSync } from 'node:sqlite';

export interface DirectoryLock {
  release(): void;
}

/**
 * Takes the exclusive lock of a data directory, or returns undefined when another process has it.
 * The lock is an open write transaction of a database of its own: the kernel drops it with the process,
 * so a crash never leaves a stale lock behind.
 */
export function acquireDirectoryLock(file: string): DirectoryLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
