import { Presets, SingleBar } from 'cli-progress';
import type { PullProgress } from '../../models/index.ts';
import type { CommandContext } from './command-context.ts';

export interface ProgressPrinter {
  report(progress: PullProgress): void;
  end(): void;
}

const megabyte = 1e6;
const lineIntervalMs = 1_000;

/** A bar for a person, one JSON line a second for a program. */
export function createProgressPrinter(context: CommandContext): ProgressPrinter {
  return context.isTerminal ? createBar() : createLines(context);
}

function createBar(): ProgressPrinter {
  const format =
    '{source} |{bar}| {percentage}% · {value}/{total} MB · {speed} MB/s · {left} s left';
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.rect,
  );
  let isStarted = false;
  return {
    report(progress) {
      const total = Math.ceil((progress.bytesTotal ?? progress.bytesDone) / megabyte);
      if (!isStarted) bar.start(total, 0, { source: '', speed: '', left: '' });
      isStarted = true;
      bar.setTotal(total);
      bar.update(Math.floor(progress.bytesDone / megabyte), {
        source: progress.source,
        speed: ((progress.bytesPerSecond ?? 0) / megabyte).toFixed(1),
        left: progress.secondsLeft === undefined ? '?' : Math.ceil(progress.secondsLeft),
      });
    },
    end() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

function createLines(context: CommandContext): ProgressPrinter {
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    report(progress) {
      const nowMs = performance.now();
      const isComplete = progress.bytesDone === progress.bytesTotal;
      if (nowMs - lastMs < lineIntervalMs && !isComplete) return;
      lastMs = nowMs;
      context.note(JSON.stringify({ event: 'model-progress', ...progress }));
    },
    end: () => undefined,
  };
}
