/** Wall-clock time in milliseconds since the Unix epoch; tests pass a clock they move by hand. */
export interface Clock {
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };
