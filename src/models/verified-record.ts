import type { Stats } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import type { ModelFiles } from './model-files.ts';

/** Remembers that a file was hashed, so that a start need not read gigabytes again. */
export interface VerifiedRecord {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly sha256: string;
  readonly source: string;
}

/** The record of exactly this state of the file, or undefined when the file changed since. */
export async function readVerifiedRecord(
  files: ModelFiles,
  stats: Stats,
): Promise<VerifiedRecord | undefined> {
  const record = parseRecord(await readFile(files.record, 'utf8').catch(() => ''));
  if (record === undefined) return undefined;
  return record.sizeBytes === stats.size && record.mtimeMs === stats.mtimeMs ? record : undefined;
}

export async function writeVerifiedRecord(
  files: ModelFiles,
  sha256: string,
  source: string,
): Promise<void> {
  const stats = await stat(files.model);
  const record: VerifiedRecord = {
    sizeBytes: stats.size,
    mtimeMs: stats.mtimeMs,
    sha256,
    source,
  };
  const written = `${files.record}.${process.pid}`;
  await writeFile(written, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  await rename(written, files.record);
}

function parseRecord(text: string): VerifiedRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is VerifiedRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof VerifiedRecord, unknown>>;
  return (
    typeof record.sizeBytes === 'number' &&
    typeof record.mtimeMs === 'number' &&
    typeof record.sha256 === 'string' &&
    typeof record.source === 'string'
  );
}
