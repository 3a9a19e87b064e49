import type { StartTimer } from '../../src/http/index.ts';

interface ManualTimer {
  readonly delayMs: number;
  readonly callback: () => void;
  isRunning: boolean;
}

/** Timers that fire only when the test says so. */
export class ManualTimers {
  readonly #timers: ManualTimer[] = [];
  readonly #waiting = new Map<number, () => void>();

  readonly start: StartTimer = (callback, delayMs) => {
    const timer = { delayMs, callback, isRunning: true };
    this.#timers.push(timer);
    this.#waiting.get(delayMs)?.();
    return {
      restart: () => {
        timer.isRunning = true;
      },
      stop: () => {
        timer.isRunning = false;
      },
    };
  };

  /** Resolves when a timer of this delay runs. */
  started(delayMs: number): Promise<void> {
    if (this.#running(delayMs).length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(delayMs, resolve));
  }

  /** How many timers of this delay were ever started. */
  startedCount(delayMs: number): number {
    return this.#timers.filter((timer) => timer.delayMs === delayMs).length;
  }

  fire(delayMs: number): void {
    for (const timer of this.#running(delayMs)) {
      timer.isRunning = false;
      timer.callback();
    }
  }

  #running(delayMs: number): ManualTimer[] {
    return this.#timers.filter((timer) => timer.isRunning && timer.delayMs === delayMs);
  }
}
