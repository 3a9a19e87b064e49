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
  /**
   * Takes so many slots at once, at most all there are. Resolves to a function that gives them back, to be
   * called exactly once or more often without harm.
   */
  acquire(signal: AbortSignal, slots?: number): Promise<() => void>;
  running(): number;
  waiting(): number;
}

interface Waiter {
  readonly slots: number;
  readonly grant: () => void;
}

/** First come, first served, also when a later one would need fewer slots. An engine never has more completions than it has sequences; the rest wait here. */
export function createSlotQueue(options: SlotQueueOptions): SlotQueue {
  const waiters = new Set<Waiter>();
  let running = 0;

  const take = (slots: number) => {
    running += slots;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      running -= slots;
      grantWaiting();
    };
  };
  const grantWaiting = () => {
    for (const waiter of waiters) {
      if (running + waiter.slots > options.slots) return;
      waiters.delete(waiter);
      waiter.grant();
    }
  };

  const wait = (signal: AbortSignal, slots: number) =>
    new Promise<() => void>((resolve, reject) => {
      const leave = (error: unknown) => {
        waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        reject(error);
        // The one behind it may need fewer slots.
        grantWaiting();
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
        slots,
        grant: () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(take(slots));
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.add(waiter);
    });

  return {
    async acquire(signal, asked = 1) {
      signal.throwIfAborted();
      const slots = Math.min(asked, options.slots);
      if (waiters.size === 0 && running + slots <= options.slots) return take(slots);
      if (waiters.size >= options.waitingMax) {
        throw overloaded(`All engine slots are busy and ${waiters.size} requests are waiting.`);
      }
      return wait(signal, slots);
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
