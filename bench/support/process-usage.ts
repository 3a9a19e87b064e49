import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU of a process and all its threads, user and system, in µs; the kernel counts in steps of 10,000. */
export function processCpuMicroseconds(processId: number): number {
  const status = readFileSync(`/proc/${processId}/stat`, 'utf8');
  // The command in parentheses may hold spaces, so the fields are counted from behind it.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000_000;
}

export function residentMebibytes(processId: number): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

export function childProcesses(processId: number): number[] {
  return readdirSync(`/proc/${processId}/task`).flatMap((thread) =>
    readFileSync(`/proc/${processId}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((id) => id.trim() !== '')
      .map(Number),
  );
}
