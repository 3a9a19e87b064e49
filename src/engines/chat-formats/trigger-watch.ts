import type { Constraint } from './chat-format.ts';

type LazyGrammar = Extract<Constraint, { readonly kind: 'lazy-grammar' }>;

/**
 * Watches the text of a turn for a trigger of a lazy grammar. What it returns is the text from the trigger
 * on, which may go past it: the grammar must be fed with all of it before it takes part in sampling.
 */
export class TriggerWatch {
  readonly #grammar: LazyGrammar;
  readonly #keptLength: number;
  #text = '';
  #isAtStart = true;

  constructor(grammar: LazyGrammar) {
    this.#grammar = grammar;
    const lengths = [...grammar.triggers, ...grammar.startTriggers].map((one) => one.length);
    this.#keptLength = Math.max(0, ...lengths);
  }

  /** undefined: no trigger yet. Do not go on after one has been found. */
  push(text: string): string | undefined {
    this.#text += text;
    const index = this.#triggerIndex();
    if (index !== undefined) return this.#text.slice(index);
    if (this.#text.trimStart().length > this.#keptLength) this.#isAtStart = false;
    // White space before the first word is kept out, so that it cannot grow.
    this.#text = (this.#isAtStart ? this.#text.trimStart() : this.#text).slice(-this.#keptLength);
    return undefined;
  }

  #triggerIndex(): number | undefined {
    const text = this.#text;
    const start = text.length - text.trimStart().length;
    const isStart = this.#grammar.startTriggers.some((one) => text.startsWith(one, start));
    if (this.#isAtStart && isStart) return start;
    const indexes = this.#grammar.triggers.map((one) => text.indexOf(one)).filter((at) => at >= 0);
    return indexes.length === 0 ? undefined : Math.min(...indexes);
  }
}
