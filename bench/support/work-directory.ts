import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for one run, removed when the process ends. TMPDIR chooses the disk that is measured. */
export function makeWorkDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'moongate-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
