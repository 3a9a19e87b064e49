import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../core/index.ts';

/** Holds whose end the database has not taken yet; each is tried again until it does. */
export interface PendingEndings {
  /** Must be safe to repeat. Of those that may be of no use only so many are kept as leave room for the others. */
  add(holdId: string, end: () => Promise<unknown>, use: 'needed' | 'to-be-sure'): void;
  count(): number;
  /** Tries at once, and resolves when all have ended, at the latest after `idleWaitMs`. */
  idle(): Promise<void>;
  /** Tries each once more. */
  close(): Promise<void>;
}

const pendingMax = 10_000;
const retryDelayMs = 1_000;
const retryDelayMsMax = 30_000;
const idleWaitMs = 3_000;
const idlePollMs = 250;
const endingsAtOnce = 100;

export function createPendingEndings(logger: Logger): PendingEndings {
  const pending = new Map<string, () => Promise<unknown>>();
  let delayMs = retryDelayMs;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  let isClosed = false;

  const tryAll = async () => {
    const all = [...pending];
    for (let from = 0; from < all.length; from += endingsAtOnce) {
      const some = all.slice(from, from + endingsAtOnce);
      const results = await Promise.allSettled(some.map(([, end]) => end()));
      for (const [index, [holdId]] of some.entries()) {
        if (results[index]?.status === 'fulfilled') pending.delete(holdId);
      }
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) {
        const fields = { error: failed.reason, pending: pending.size };
        return logger.warn(fields, 'holds could not be ended yet');
      }
    }
    if (all.length > 0) logger.info({ ended: all.length }, 'holds that had been left open ended');
  };
  const startRound = () => {
    round ??= tryAll().finally(() => {
      round = undefined;
    });
    return round;
  };
  const schedule = () => {
    if (isClosed || timer !== undefined || pending.size === 0) return;
    timer = setTimeout(async () => {
      await startRound();
      delayMs = pending.size === 0 ? retryDelayMs : Math.min(delayMs * 2, retryDelayMsMax);
      timer = undefined;
      schedule();
    }, delayMs).unref();
  };
  return {
    add(holdId, end, use) {
      const max = use === 'needed' ? pendingMax : pendingMax / 2;
      if (isClosed || pending.size >= max) {
        return logger.error({ holdId }, 'a hold stays open until the next start');
      }
      pending.set(holdId, end);
      schedule();
    },
    count: () => pending.size,
    async idle() {
      const endMs = performance.now() + idleWaitMs;
      while (pending.size > 0 && performance.now() < endMs) {
        // A round can take as long as the database's own limit.
        await Promise.race([startRound(), delay(endMs - performance.now())]);
        if (pending.size > 0) await delay(idlePollMs);
      }
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await startRound();
    },
  };
}
