import { createHash } from 'node:crypto';
import type { Clock } from '../../core/index.ts';

const crashesMax = 2;
const entriesMax = 1_000;
const expiryMs = 10 * 60_000;

interface Entry {
  crashes: number;
  expiresMs: number;
}

/**
 * Remembers prompts that were running when a host crashed. One that was there at two crashes is refused
 * for a while: sent again and again it would keep the engine down for everybody.
 */
export class PoisonList {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One crash, and all prompts that were running; the same prompt twice is still one crash. */
  recordCrash(prompts: readonly Uint32Array[]): void {
    for (const key of new Set(prompts.map(promptKey))) this.#recordOne(key);
  }

  isPoisoned(tokens: Uint32Array): boolean {
    if (this.#entries.size === 0) return false;
    return (this.#live(promptKey(tokens))?.crashes ?? 0) >= crashesMax;
  }

  #recordOne(key: string): void {
    const crashes = (this.#live(key)?.crashes ?? 0) + 1;
    // Deleted first, so that the order of the map is the order of the last crash.
    this.#entries.delete(key);
    this.#entries.set(key, { crashes, expiresMs: this.#clock.nowMs() + expiryMs });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > entriesMax && !oldest.done) this.#entries.delete(oldest.value);
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresMs > this.#clock.nowMs()) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}

function promptKey(tokens: Uint32Array): string {
  return createHash('sha256').update(tokens).digest('base64');
}
