import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import type { Config } from './config/config-schema.ts';

const ownerOnly = 0o700;
const ownerFile = 0o600;
const platformPaths = envPaths('moongate', { suffix: '' });

export interface DataDirectory {
  readonly path: string;
  readonly databaseFile: string;
  readonly lockFile: string;
  /** Reads a small secret or record; undefined when it is not there. */
  read(name: string): string | undefined;
  /** Writes with mode 0600, whole or not at all. */
  write(name: string, content: string): void;
  remove(name: string): void;
}

export function modelDirectoryOf(config: Config): string {
  return config.models.directory || join(platformPaths.data, 'models');
}

/** Creates the directory with mode 0700, or refuses one that others may read: it holds secrets. */
export function openDataDirectory(config: Config): DataDirectory {
  const path = config.data.directory || platformPaths.data;
  if (!existsSync(path)) mkdirSync(path, { recursive: true, mode: ownerOnly });
  tighten(path);
  const fileOf = (name: string) => join(path, name);
  return {
    path,
    databaseFile: fileOf('moongate.db'),
    lockFile: fileOf('moongate.lock'),
    read(name) {
      const file = fileOf(name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    },
    write(name, content) {
      writeFileSync(fileOf(name), content, { mode: ownerFile, flush: true });
    },
    remove: (name) => rmSync(fileOf(name), { force: true }),
  };
}

function tighten(path: string): void {
  const status = statSync(path);
  if (!status.isDirectory()) throw new Error(`${path} is not a directory; set MOONGATE_DATA_DIR.`);
  const isOpenToOthers = process.platform !== 'win32' && (status.mode & 0o077) !== 0;
  if (isOpenToOthers) chmodSync(path, ownerOnly);
}
