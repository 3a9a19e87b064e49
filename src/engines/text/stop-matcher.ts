export interface StopMatch {
  /** Text that may leave now; never a part of a stop sequence. */
  readonly text: string;
  readonly isStopped: boolean;
}

/**
 * Finds stop sequences in text that arrives in pieces. The longest end that could still become a stop
 * sequence is held back, so that no character of one ever leaves.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  push(piece: string): StopMatch {
    if (this.#stops.length === 0) return { text: piece, isStopped: false };
    const text = this.#held + piece;
    const stopIndex = this.#firstStopIndex(text);
    if (stopIndex !== undefined) {
      this.#held = '';
      return { text: text.slice(0, stopIndex), isStopped: true };
    }
    const heldLength = this.#possibleStopLength(text);
    this.#held = text.slice(text.length - heldLength);
    return { text: text.slice(0, text.length - heldLength), isStopped: false };
  }

  /** What was held back, when no more text can come. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }

  #firstStopIndex(text: string): number | undefined {
    let first: number | undefined;
    for (const stop of this.#stops) {
      const index = text.indexOf(stop);
      if (index >= 0 && (first === undefined || index < first)) first = index;
    }
    return first;
  }

  #possibleStopLength(text: string): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length -= 1) {
        if (text.endsWith(stop.slice(0, length))) {
          longest = length;
          break;
        }
      }
    }
    return longest;
  }
}
