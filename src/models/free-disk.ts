import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileErrorCode } from './model-files.ts';
import { SourceFailure } from './source-failure.ts';

/** What must stay free for the database and everybody else on the disk. */
const marginBytes = 268_435_456;

/** For ordinary users, on the disk where the directory is or would be made. */
export async function freeDiskBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(resolve(directory));
    if (fileErrorCode(error) !== 'ENOENT' || parent === directory) throw error;
    return freeDiskBytes(parent);
  }
}

/** Throws SourceFailure when writing this many bytes would leave less than the margin. */
export async function requireFreeDisk(directory: string, bytes: number): Promise<void> {
  const free = await freeDiskBytes(directory);
  if (free >= bytes + marginBytes) return;
  throw new SourceFailure(
    `needs ${megabytes(bytes + marginBytes)} MB of free disk, there are ${megabytes(free)} MB: free some space or choose another MOONGATE_MODEL_DIR`,
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}
