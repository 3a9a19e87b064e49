import { setTimeout as delay } from 'node:timers/promises';
import { acquireDirectoryLock, type DirectoryLock } from '../storage/index.ts';
import type { DataDirectory } from './open-data-directory.ts';
import { readRunningServer } from './running-server.ts';

/** Takes the data directory for this process, or throws with who has it. Immediate: nothing is waited for. */
export function lockDataDirectory(directory: DataDirectory): DirectoryLock {
  const lock = acquireDirectoryLock(directory.lockFile);
  if (lock !== undefined) return lock;
  const server = readRunningServer(directory);
  const who = server === undefined ? '' : ` (process ${server.processId}, ${server.url})`;
  throw new Error(
    `Another Moongate${who} is using ${directory.path}. Stop it, or give this one a directory of its own with MOONGATE_DATA_DIR.`,
  );
}

const pollMs = 50;

/** For the command line: the lock, or undefined when a server has it and can be asked instead. */
export async function lockOrFindServer(
  directory: DataDirectory,
  waitMs: number,
): Promise<DirectoryLock | undefined> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const lock = acquireDirectoryLock(directory.lockFile);
    if (lock !== undefined) return lock;
    if (readRunningServer(directory) !== undefined) return undefined;
    // Another command holds the lock for a moment, or a server is about to listen.
    if (performance.now() > deadlineMs) return lockDataDirectory(directory);
    await delay(pollMs);
  }
}
