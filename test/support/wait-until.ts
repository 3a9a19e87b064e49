import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 25;

/** Waits for what another process brings about; false when it did not within the time. */
export async function isTrueWithin(
  timeoutMs: number,
  condition: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await delay(pollMs);
  }
  return true;
}
