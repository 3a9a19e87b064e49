import { stat } from 'node:fs/promises';
import { hashFile, isGgufFile } from './hash-file.ts';
import type { ModelEntry } from './model-entry.ts';
import { type ModelFiles, modelFiles } from './model-files.ts';
import { readVerifiedRecord, writeVerifiedRecord } from './verified-record.ts';

export interface InstalledModel {
  readonly file: string;
  readonly sizeBytes: number;
  /** undefined until the file has been hashed once. */
  readonly sha256: string | undefined;
  readonly source: string;
}

const placedByHand = 'already in the model directory';

/** A cheap look, without hashing: is a file of this entry there, of the right size as far as that is known? */
export async function findInstalledModel(
  entry: ModelEntry,
  directory: string,
): Promise<InstalledModel | undefined> {
  const files = modelFiles(directory, entry.fileName);
  const stats = await stat(files.model).catch(() => undefined);
  if (stats === undefined || !stats.isFile()) return undefined;
  const found = { file: files.model, sizeBytes: stats.size };
  const record = await readVerifiedRecord(files, stats);
  if (record !== undefined) {
    const isRight = entry.sha256 === undefined || entry.sha256 === record.sha256;
    return isRight ? { ...found, sha256: record.sha256, source: record.source } : undefined;
  }
  if (entry.sha256 !== undefined && entry.sizeBytes !== stats.size) return undefined;
  const isGguf = await isGgufFile(files.model).catch(() => false);
  return isGguf ? { ...found, sha256: undefined, source: placedByHand } : undefined;
}

/** The installed file with its hash. Hashes a file that was placed by hand once and remembers the result. */
export async function verifyInstalledModel(
  entry: ModelEntry,
  files: ModelFiles,
  signal: AbortSignal,
): Promise<(InstalledModel & { readonly sha256: string }) | undefined> {
  const found = await findInstalledModel(entry, files.directory);
  if (found === undefined) return undefined;
  if (found.sha256 !== undefined) return { ...found, sha256: found.sha256 };
  const sha256 = await hashFile(found.file, signal);
  if (entry.sha256 !== undefined && entry.sha256 !== sha256) return undefined;
  // A model directory may be read-only; then the file is hashed at each start.
  await writeVerifiedRecord(files, sha256, found.source).catch(() => undefined);
  return { ...found, sha256 };
}
