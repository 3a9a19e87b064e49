import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { Config } from './config/config-schema.ts';
import { makePrivateDirectory } from './make-private-directory.ts';

const ownerFile = 0o600;
const platformPaths = envPaths('moongate', { suffix: '' });

export interface DataDirectory {
  readonly path: string;
  readonly databaseFile: string;
  readonly lockFile: string;
  /** Reads a small secret or record; undefined when it is not there. */
  read(name: string): string | undefined;
  /** Writes with mode 0600, whole or not at all, and on the disk when it returns. */
  write(name: string, content: string): void;
  remove(name: string): void;
}

const databaseName = 'moongate.db';
export const lockName = 'moongate.lock';

export function modelDirectoryOf(config: Config): string {
  return config.models.directory || join(platformPaths.data, 'models');
}

export function dataDirectoryPathOf(config: Config): string {
  return config.data.directory || platformPaths.data;
}

/** Creates the directory with mode 0700, or refuses one that others may read: it holds secrets. */
export function openDataDirectory(config: Config): DataDirectory {
  const path = dataDirectoryPathOf(config);
  makePrivateDirectory(path, [databaseName, lockName]);
  const fileOf = (name: string) => join(path, name);
  return {
    path,
    databaseFile: fileOf(databaseName),
    lockFile: fileOf(lockName),
    read(name) {
      const file = fileOf(name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    write(name, content) {
      const temporary = fileOf(`${name}.new`);
      writeFileSync(temporary, content, { mode: ownerFile, flush: true });
      renameSync(temporary, fileOf(name));
      flushDirectory(path);
    },
    remove: (name) => rmSync(fileOf(name), { force: true }),
  };
}

/** A new name is on the disk only once its directory is. Windows has no such thing. */
function flushDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
