import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Database, openSqliteDatabase } from '../../src/storage/index.ts';

export const storageWorkerUrl = new URL('../../src/app/storage-worker.ts', import.meta.url);

export function makeTemporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'moongate-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A real database in a temporary file, with its threads; closed and removed after the test. */
export async function openTestDatabase(
  context: TestContext,
  file = join(makeTemporaryDirectory(context), 'moongate.db'),
): Promise<Database> {
  const database = await openSqliteDatabase({
    file,
    workerUrl: storageWorkerUrl,
    operationTimeoutMs: 10_000,
    operationsWaitingMax: 100_000,
    startedAtMs: Date.now(),
  });
  context.after(() => database.close());
  return database;
}
