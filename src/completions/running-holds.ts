import type { Logger } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { UsageMeter } from './usage-meter.ts';

/** The completions whose hold is open; what they have used is written down now and then. */
export interface RunningHolds {
  add(holdId: string, meter: UsageMeter): void;
  delete(holdId: string): void;
  count(): number;
  /** Resolves when every hold has ended; new ones may begin meanwhile and are waited for too. */
  idle(): Promise<void>;
  close(): void;
}

/**
 * Writes one checkpoint for all running completions every interval: if the process is killed, recovery
 * charges up to the last one, so at most one interval of tokens goes unbilled.
 */
export function createRunningHolds(
  ledger: Ledger,
  logger: Logger,
  intervalMs: number,
): RunningHolds {
  const meters = new Map<string, UsageMeter>();
  let onIdle: (() => void)[] = [];
  const timer = setInterval(() => {
    const generating = [...meters].filter(([, meter]) => meter.hasGenerated());
    if (generating.length === 0) return;
    const holds = generating.map(([holdId, meter]) => ({ holdId, usage: meter.usage() }));
    ledger.checkpoint({ holds }).catch((error: unknown) => {
      logger.warn({ error }, 'a checkpoint of running completions failed');
    });
  }, intervalMs).unref();
  return {
    add: (holdId, meter) => meters.set(holdId, meter),
    delete(holdId) {
      meters.delete(holdId);
      if (meters.size > 0) return;
      for (const resolve of onIdle) resolve();
      onIdle = [];
    },
    count: () => meters.size,
    idle: () =>
      meters.size === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve)),
    close: () => clearInterval(timer),
  };
}
