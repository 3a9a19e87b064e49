import { PlatformError } from '../../core/index.ts';

export interface SlotQueueOptions {
  /** How many completions run at once: the engine's sequences. */
  readonly slots: number;
  /** How many may wait; one more is refused at once. */
  readonly waitingMax: number;
  /** How long one may wait before it is refused. */
  readonly waitMs: number;
}

export interface SlotQueue {
  /** Resolves to a function that gives the slot back, to be called exactly once or more often without harm. */
  acquire(signal: AbortSignal): Promise<() => void>;
  running(): number;
  waiting(): number;
}

interface Waiter {
  readonly grant: () => void;
}

/** First come, first served. An engine never has more completions than it has sequences; the rest wait here. */
export function createSlotQueue(options: SlotQueueOptions): SlotQueue {
  const waiters = new Set<Waiter>();
  let running = 0;

  const makeRelease = () => {
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const [next] = waiters;
      if (next === undefined) {
        running -= 1;
        return;
      }
      // The slot passes on without becoming free, so that nobody can slip in between.
      waiters.delete(next);
      next.grant();
    };
  };

  const wait = (signal: AbortSignal) =>
    new Promise<() => void>((resolve, reject) => {
      const leave = (error: unknown) => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        reject(error);
      };
      const onAbort = () => leave(signal.reason);
      const timer = setTimeout(
        () =>
          leave(
            overloaded(`The request waited ${options.waitMs / 1000} s for a free engine slot.`),
          ),
        options.waitMs,
      );
      const waiter: Waiter = {
        grant: () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(makeRelease());
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.add(waiter);
    });

  return {
    async acquire(signal) {
      signal.throwIfAborted();
      if (running < options.slots) {
        running += 1;
        return makeRelease();
      }
      if (waiters.size >= options.waitingMax) {
        throw overloaded(`All engine slots are busy and ${waiters.size} requests are waiting.`);
      }
      return wait(signal);
    },
    running: () => running,
    waiting: () => waiters.size,
  };
}

const retryAfterSeconds = 2;

function overloaded(reason: string): PlatformError {
  return new PlatformError(
    'engine/overloaded',
    `${reason} Nothing was charged; try again in a few seconds.`,
    { retryAfterSeconds },
  );
}
