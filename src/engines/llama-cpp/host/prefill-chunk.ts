/** A chunk below this costs more than it saves: each one pays for a batch of its own. */
const chunkTokensMin = 32;
/** Before anything was measured: short on any machine. */
const firstChunkTokens = 64;
/** Weight of the newest measurement. */
const smoothing = 0.3;

/** Chooses how many prompt tokens go into a step, so that streams that decode do not pause for long. */
export class PrefillChunk {
  readonly #batchTokens: number;
  readonly #budgetMs: number;
  #tokensPerMs: number | undefined;

  constructor(batchTokens: number, budgetMs: number) {
    this.#batchTokens = batchTokens;
    this.#budgetMs = budgetMs;
  }

  /** The most prompt tokens of the next step, beside `decodingRows` rows of one token each. */
  tokensFor(decodingRows: number): number {
    const room = Math.max(1, this.#batchTokens - decodingRows);
    if (decodingRows === 0) return room;
    const inBudget =
      this.#tokensPerMs === undefined ? firstChunkTokens : this.#tokensPerMs * this.#budgetMs;
    return Math.min(room, Math.max(chunkTokensMin, Math.floor(inBudget)));
  }

  /** Learns from a step; the decoding rows in it only make the next chunk a little shorter. */
  measured(promptTokens: number, stepMs: number): void {
    if (promptTokens < chunkTokensMin || stepMs <= 0) return;
    const rate = promptTokens / stepMs;
    const before = this.#tokensPerMs ?? rate;
    this.#tokensPerMs = before + smoothing * (rate - before);
  }
}
