import type { Clock } from '../core/index.ts';

export interface PullProgress {
  /** Where the bytes come from, in words. */
  readonly source: string;
  readonly bytesDone: number;
  readonly bytesTotal: number | undefined;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | undefined;
}

export type ReportBytes = (
  source: string,
  bytesDone: number,
  bytesTotal: number | undefined,
) => void;

const intervalMs = 250;
const windowMs = 5_000;

/** Turns byte counts into progress, at most four times a second; speed is that of the last five seconds. */
export function createProgressMeter(
  clock: Clock,
  onProgress: (progress: PullProgress) => void,
): ReportBytes {
  let samples: { atMs: number; bytesDone: number }[] = [];
  let current = '';

  return (source, bytesDone, bytesTotal) => {
    const atMs = clock.nowMs();
    const last = samples.at(-1);
    // Bytes that were there before this source began say nothing about its speed.
    const isNew = source !== current || last === undefined || bytesDone < last.bytesDone;
    if (isNew) samples = [];
    else if (atMs - last.atMs < intervalMs && bytesDone !== bytesTotal) return;
    current = source;
    samples.push({ atMs, bytesDone });
    while (samples.length > 2 && atMs - (samples[0]?.atMs ?? atMs) > windowMs) samples.shift();
    const bytesPerSecond = speed(samples);
    const bytesLeft = bytesTotal === undefined ? undefined : Math.max(0, bytesTotal - bytesDone);
    onProgress({
      source,
      bytesDone,
      bytesTotal,
      bytesPerSecond,
      secondsLeft:
        bytesLeft === undefined || bytesPerSecond === 0
          ? undefined
          : Math.ceil(bytesLeft / bytesPerSecond),
    });
  };
}

function speed(samples: readonly { atMs: number; bytesDone: number }[]): number {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
  return Math.round(((last.bytesDone - first.bytesDone) * 1000) / (last.atMs - first.atMs));
}
