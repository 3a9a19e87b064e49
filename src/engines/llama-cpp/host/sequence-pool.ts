import type { LlamaContextSequence } from 'node-llama-cpp';
import { copySequence } from './llama-runtime.ts';

/** One sequence of the context and what is known about its content. */
export interface Slot {
  /** Place in the batch: rows must ascend without gaps to be computed together. */
  readonly index: number;
  readonly sequence: LlamaContextSequence;
}

export interface AcquiredSlot {
  readonly slot: Slot;
  /** Prompt tokens that are already evaluated; exact. */
  readonly cachedTokens: number;
}

interface PoolSlot extends Slot {
  scope: string | undefined;
  /** Requests of one scope with the same hint probably share their prefix. */
  hint: string | undefined;
  isBusy: boolean;
  lastUsed: number;
}

/**
 * Gives sequences to requests. A request runs in the lowest free one; what it can reuse is copied there,
 * and what it would overwrite is moved to where the oldest content is. All calls between steps only.
 */
export class SequencePool {
  readonly #slots: readonly PoolSlot[];
  #useCount = 0;

  constructor(sequences: readonly LlamaContextSequence[]) {
    this.#slots = sequences.map((sequence, index) => ({
      index,
      sequence,
      scope: undefined,
      hint: undefined,
      isBusy: false,
      lastUsed: 0,
    }));
  }

  get freeCount(): number {
    return this.#slots.filter((slot) => !slot.isBusy).length;
  }

  /** Call only when one is free. */
  async acquire(
    tokens: readonly number[],
    cacheScope: string,
    cacheHint?: string,
  ): Promise<AcquiredSlot> {
    const target = this.#takeLowest();
    try {
      const source = this.#bestSource(tokens, cacheScope, target);
      this.#giveUp(tokens, cacheScope, cacheHint);
      const isContinued = source === target && !isMostlyLost(target.sequence, tokens);
      if (!isContinued) await this.#makeRoom(target, source);
      if (source === undefined) await this.#erase(target);
      else if (source !== target) await this.#copy(target, source, tokens);
      // The last token is always evaluated anew: it is the one whose successor is asked for.
      await target.sequence.adaptStateToTokens(asTokens(tokens.slice(0, -1)), false);
      target.scope = cacheScope;
      target.hint = cacheHint;
      return { slot: target, cachedTokens: target.sequence.nextTokenIndex };
    } catch (error) {
      target.isBusy = false;
      await this.#erase(target);
      throw error;
    }
  }

  /** An empty sequence for another choice of a request. Call only when one is free. */
  async acquireEmpty(): Promise<Slot> {
    const target = this.#takeLowest();
    await this.#makeRoom(target, undefined);
    await this.#erase(target);
    return target;
  }

  /** Gives each of the targets, all of them empty, the whole content of `source`. */
  async share(source: Slot, targets: readonly Slot[]): Promise<void> {
    const { scope, hint } = this.#own(source);
    for (const target of targets.map((slot) => this.#own(slot))) {
      if (!(await copySequence(target.sequence, source.sequence))) {
        throw new Error('the state of the prompt could not be copied');
      }
      target.scope = scope;
      target.hint = hint;
    }
  }

  /** Gives a sequence back with its content, which later requests of the same scope may reuse. */
  release(slot: Slot): void {
    const own = this.#own(slot);
    own.isBusy = false;
    own.lastUsed = this.#nextUse();
  }

  /** Gives a sequence back whose content cannot be trusted. */
  async discard(slot: Slot): Promise<void> {
    const own = this.#own(slot);
    await this.#erase(own);
    own.isBusy = false;
  }

  #takeLowest(): PoolSlot {
    const target = this.#slots.find((slot) => !slot.isBusy);
    if (target === undefined) throw new Error('no sequence is free');
    target.isBusy = true;
    return target;
  }

  /** The longest prefix; of equal ones that of `target`, which needs no copy. */
  #bestSource(
    tokens: readonly number[],
    cacheScope: string,
    target: PoolSlot,
  ): PoolSlot | undefined {
    let best: PoolSlot | undefined;
    let bestTokens = 0;
    for (const slot of this.#slots) {
      // Content of another account is never looked at: a hit would tell what that account had sent.
      if (slot.scope !== cacheScope) continue;
      const reusable = reusableTokens(slot.sequence, tokens);
      const isAsGood = slot === target && reusable > 0 && reusable === bestTokens;
      if (reusable > bestTokens || isAsGood) {
        best = slot;
        bestTokens = reusable;
      }
    }
    return best;
  }

  /** A hinted conversation that goes on with less than half of what it left has no more use for that. */
  #giveUp(tokens: readonly number[], cacheScope: string, cacheHint: string | undefined): void {
    if (cacheHint === undefined) return;
    for (const slot of this.#slots) {
      if (slot.isBusy || slot.scope !== cacheScope || slot.hint !== cacheHint) continue;
      if (isMostlyLost(slot.sequence, tokens)) slot.lastUsed = 0;
    }
  }

  /** Moves the content of `target` to the free sequence that was used longest ago, if that is older. */
  async #makeRoom(target: PoolSlot, source: PoolSlot | undefined): Promise<void> {
    if (target.scope === undefined) return;
    const oldest = this.#slots
      .filter((slot) => !slot.isBusy && slot !== source)
      .toSorted((a, b) => a.lastUsed - b.lastUsed)[0];
    if (oldest === undefined || oldest.lastUsed >= target.lastUsed) return;
    await this.#erase(oldest);
    if (!(await copySequence(oldest.sequence, target.sequence))) return this.#erase(oldest);
    oldest.scope = target.scope;
    oldest.hint = target.hint;
    oldest.lastUsed = target.lastUsed;
  }

  async #copy(target: PoolSlot, source: PoolSlot, tokens: readonly number[]): Promise<void> {
    await this.#erase(target);
    if (!(await copySequence(target.sequence, source.sequence))) return this.#erase(target);
    target.scope = source.scope;
    target.hint = source.hint;
    const isContinued = source.sequence.compareContextTokens(asTokens(tokens)).firstDifferentIndex;
    // The copy holds all of it, so the original is the first that may be overwritten.
    if (!source.isBusy && isContinued === source.sequence.nextTokenIndex) source.lastUsed = 0;
  }

  async #erase(slot: PoolSlot): Promise<void> {
    slot.scope = undefined;
    slot.hint = undefined;
    slot.lastUsed = 0;
    await slot.sequence.adaptStateToTokens([], false);
  }

  #own(slot: Slot): PoolSlot {
    const own = this.#slots[slot.index];
    if (own === undefined) throw new Error(`there is no sequence ${slot.index}`);
    return own;
  }

  #nextUse(): number {
    this.#useCount += 1;
    return this.#useCount;
  }
}

/** Tokens of the prompt that the sequence would not have to evaluate again, after a checkpoint's loss. */
function reusableTokens(sequence: LlamaContextSequence, tokens: readonly number[]): number {
  const { firstDifferentIndex } = sequence.compareContextTokens(asTokens(tokens.slice(0, -1)));
  const lost = sequence.getRestoreToPrefixIndexEvaluationSize(firstDifferentIndex);
  return firstDifferentIndex - Math.max(0, lost);
}

/** The prompt goes on with less than half of what the sequence holds: probably another conversation. */
function isMostlyLost(sequence: LlamaContextSequence, tokens: readonly number[]): boolean {
  return reusableTokens(sequence, tokens) * 2 < sequence.nextTokenIndex;
}

type Tokens = Parameters<LlamaContextSequence['compareContextTokens']>[0];

/** The library brands its token ids; they are plain integers. */
function asTokens(tokens: readonly number[]): Tokens {
  return tokens as unknown as Tokens;
}
