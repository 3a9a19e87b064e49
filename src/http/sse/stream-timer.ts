/** A one-shot timer that can be started over; injected, so that tests own the time. */
export interface StreamTimer {
  restart(): void;
  stop(): void;
}

export type StartTimer = (callback: () => void, delayMs: number) => StreamTimer;

export const startRealTimer: StartTimer = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs).unref();
  return { restart: () => timer.refresh(), stop: () => clearTimeout(timer) };
};
