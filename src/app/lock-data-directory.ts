import { setTimeout as delay } from 'node:timers/promises';
import { acquireDirectoryLock, type DirectoryLock } from '../storage/index.ts';
import type { DataDirectory } from './open-data-directory.ts';
import { type RunningServer, readRunningServer, removeRunningServer } from './running-server.ts';

const pollMs = 50;
/** A command holds the directory for less than this; a second server must end within a second. */
const commandMs = 800;

/** Takes the data directory for a server, or throws with who has it: within a moment when that is another server. */
export async function lockDataDirectory(directory: DataDirectory): Promise<DirectoryLock> {
  const deadlineMs = performance.now() + commandMs;
  let wasServerSeen = false;
  for (;;) {
    const lock = acquire(directory);
    if (lock !== undefined) return lock;
    const server = readRunningServer(directory);
    // Seen twice it is no record of a crashed server that a command is about to remove.
    if ((server !== undefined && wasServerSeen) || performance.now() > deadlineMs) {
      throw new Error(
        `Another Moongate${describe(server)} is using ${directory.path}. Stop it, or give this one a directory of its own with MOONGATE_DATA_DIR.`,
      );
    }
    wasServerSeen = server !== undefined;
    await delay(pollMs);
  }
}

export interface LockWait {
  /** On the clock of `performance.now()`. */
  readonly deadlineMs: number;
  /** Called once, when a server has to end first. */
  onStoppingServer(server: RunningServer): void;
}

/** For the command line: the lock, or the server that has it and can be asked instead. */
export async function lockOrFindServer(
  directory: DataDirectory,
  wait: LockWait,
): Promise<DirectoryLock | RunningServer> {
  let wasSaid = false;
  for (;;) {
    const lock = acquire(directory);
    if (lock !== undefined) return lock;
    const server = readRunningServer(directory);
    if (server !== undefined && !server.isStopping) return server;
    if (server !== undefined && !wasSaid) {
      wasSaid = true;
      wait.onStoppingServer(server);
    }
    if (performance.now() > wait.deadlineMs) throw stillInUse(directory, server);
    await delay(pollMs);
  }
}

function stillInUse(directory: DataDirectory, server: RunningServer | undefined): Error {
  const reason =
    server === undefined
      ? 'Other commands, or a server that is still starting, are using'
      : `A server that is being stopped${describe(server)} is still using`;
  return new Error(`${reason} ${directory.path}. Nothing was done; try again later.`);
}

function describe(server: RunningServer | undefined): string {
  if (server === undefined) return '';
  return ` (process ${server.processId}, ${server.isStopping ? 'stopping' : server.url})`;
}

/** Whoever has the lock knows that no server runs: what a crashed one left behind must mislead nobody. */
function acquire(directory: DataDirectory): DirectoryLock | undefined {
  const lock = acquireOrExplain(directory);
  if (lock !== undefined) removeRunningServer(directory);
  return lock;
}

function acquireOrExplain(directory: DataDirectory): DirectoryLock | undefined {
  try {
    return acquireDirectoryLock(directory.lockFile);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The lock file ${directory.lockFile} cannot be used: ${reason}. It holds no data: when no Moongate runs, delete it; else check the permissions of the directory.`,
      { cause: error },
    );
  }
}
