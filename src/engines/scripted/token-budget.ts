import type { Allowance } from '../engine.ts';

/** The completion tokens of one request, which its choices share. */
export class TokenBudget {
  readonly #allowance: Allowance;
  used = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  left(): number {
    return this.#allowance.completionTokens() - this.used;
  }

  /** Asks for more; the answer is seen in `left()`. */
  async extend(): Promise<void> {
    await this.#allowance.extend();
  }
}
