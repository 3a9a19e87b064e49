import { constants } from 'node:fs';
import { copyFile, link, open, rm, stat } from 'node:fs/promises';
import { requireFreeDisk } from './free-disk.ts';
import { hashFile } from './hash-file.ts';
import { fileErrorCode } from './model-files.ts';
import { SourceFailure } from './source-failure.ts';
import type { ExpectedFile, FetchedFile, SourceContext } from './source-fetch.ts';

/** Takes a file of this machine: linked where the disk is the same, else copied. The original is left alone. */
export async function fetchLocalFile(
  path: string,
  expected: ExpectedFile,
  source: string,
  context: SourceContext,
): Promise<FetchedFile> {
  const { files, report, signal } = context;
  const stats = await stat(path).catch((cause: unknown) => {
    throw new SourceFailure(`cannot be read (${fileErrorCode(cause)})`, { cause });
  });
  if (!stats.isFile()) throw new SourceFailure('is not a file');
  if (expected.sizeBytes !== undefined && expected.sizeBytes !== stats.size) {
    throw new SourceFailure(`has ${stats.size} bytes instead of ${expected.sizeBytes}`);
  }
  report(source, 0, stats.size);
  await rm(files.staged, { force: true });
  try {
    await linkOrCopy(path, stats.size, context);
    // Hashed after copying, so that the copy is what was checked.
    const sha256 = await hashFile(files.staged, signal);
    if (expected.sha256 !== undefined && expected.sha256 !== sha256) {
      throw new SourceFailure('has another sha256 than the one expected');
    }
    report(source, stats.size, stats.size);
    return { path: files.staged, sha256, source };
  } catch (error) {
    await rm(files.staged, { force: true });
    throw error;
  }
}

async function linkOrCopy(path: string, sizeBytes: number, context: SourceContext): Promise<void> {
  const { files } = context;
  try {
    await link(path, files.staged);
  } catch {
    await requireFreeDisk(files.directory, sizeBytes);
    await copyFile(path, files.staged, constants.COPYFILE_FICLONE);
    const handle = await open(files.staged, 'r+');
    await handle.sync().finally(() => handle.close());
  }
}
