import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { median } from './statistics.ts';

const syncs = 50;
const pageBytes = 4_096;

/** What a reader must know to judge the figures; the name of the machine is not a part of it. */
export function describeMachine(directory: string): string {
  const load = loadavg()[0]?.toFixed(2);
  const syncMs = medianSyncMs(directory).toFixed(2);
  return `${cpus().length} cores, Node ${process.versions.node}, SQLite ${process.versions.sqlite}; load ${load} before the run; fdatasync of 4 KiB ${syncMs} ms (median of ${syncs}).`;
}

/** A directory in memory answers in microseconds: then the figures say nothing about durable commits. */
function medianSyncMs(directory: string): number {
  const file = join(directory, 'sync-probe');
  const descriptor = openSync(file, 'w');
  const page = Buffer.alloc(pageBytes, 1);
  try {
    return median(
      Array.from({ length: syncs }, () => {
        const startedMs = performance.now();
        writeSync(descriptor, page);
        fdatasyncSync(descriptor);
        return performance.now() - startedMs;
      }),
    );
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}
