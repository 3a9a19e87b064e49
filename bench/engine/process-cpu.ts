import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU seconds of another process; 0 where /proc does not tell. */
export function processCpuSeconds(processId: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The command in parentheses may hold spaces, so the fields are counted from behind it.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}
