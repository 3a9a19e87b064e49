import { accessSync, chmodSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const ownerOnly = 0o700;

/**
 * Makes the directory with mode 0700. One that exists must be closed to other users already, unless it
 * is plainly ours to close: empty and owned by this user, or with one of `ownNames` in it.
 */
export function makePrivateDirectory(path: string, ownNames: readonly string[]): void {
  const obstacle = findObstacle(path);
  if (obstacle !== undefined) throw new Error(obstacle);
  try {
    make(resolve(path));
    if (isOpenToOthers(path)) close(path, ownNames);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    throw new Error(`The data directory ${path} cannot be made: ${code}. ${chooseAnother}`, {
      cause: error,
    });
  }
}

const chooseAnother = 'Choose another with MOONGATE_DATA_DIR.';

/** Why the directory cannot be made or written, told without touching anything; undefined when it can. */
export function findObstacle(path: string): string | undefined {
  let existing = resolve(path);
  while (statSync(existing, { throwIfNoEntry: false }) === undefined) {
    const parent = dirname(existing);
    if (parent === existing) return `There is no ${existing}. ${chooseAnother}`;
    existing = parent;
  }
  const status = statSync(existing);
  if (!status.isDirectory()) return `${existing} is not a directory. ${chooseAnother}`;
  try {
    accessSync(existing, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return `${existing} cannot be written by this user (${code}). ${chooseAnother}`;
  }
}

export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

// One step at a time: the recursive form never returns where a file system refuses with "no such file".
function make(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  make(dirname(path));
  mkdirSync(path, { mode: ownerOnly });
}

function close(path: string, ownNames: readonly string[]): void {
  const names = readdirSync(path);
  const isOwnedByUs = statSync(path).uid === process.getuid?.();
  const isOurs =
    isOwnedByUs && (names.length === 0 || ownNames.some((name) => names.includes(name)));
  if (!isOurs) {
    throw new Error(
      `${path} is open to other users; \`chmod 700\` it, or choose another directory with MOONGATE_DATA_DIR.`,
    );
  }
  chmodSync(path, ownerOnly);
}
