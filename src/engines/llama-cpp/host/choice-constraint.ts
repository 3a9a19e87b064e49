import type { LlamaModel, Token } from 'node-llama-cpp';
import type { OutputConstraint } from '../host-protocol.ts';
import type { GrammarState } from './grammar-source.ts';

interface Found {
  readonly trigger: string;
  readonly end: number;
}

/** The grammar of one choice: off until its trigger comes, then for every token. */
export class ChoiceConstraint {
  readonly #plan: OutputConstraint;
  readonly #begin: () => GrammarState;
  readonly #model: LlamaModel;
  readonly #tailLength: number;
  #state: GrammarState | undefined;
  #tail = '';
  /** Nothing but white space has come before the tail. */
  #isAtStart = true;

  constructor(plan: OutputConstraint, begin: () => GrammarState, model: LlamaModel) {
    this.#plan = plan;
    this.#begin = begin;
    this.#model = model;
    const triggers = [...plan.triggers, ...plan.startTriggers];
    this.#tailLength = Math.max(0, ...triggers.map((trigger) => trigger.length));
    if (triggers.length === 0) this.#state = begin();
  }

  /** What the next token must obey; undefined while anything goes. */
  get state(): GrammarState | undefined {
    return this.#state;
  }

  /**
   * Looks for the trigger. When a token goes on behind it, the grammar did not see that part: the tokens
   * that are returned end with the trigger and must take the token's place.
   */
  watch(token: Token): readonly Token[] | undefined {
    if (this.#state !== undefined) return undefined;
    const text = this.#model.detokenize([token], true);
    const tail = this.#tail + text;
    const found = this.#find(tail);
    if (found === undefined) {
      const cut = Math.max(0, tail.length - this.#tailLength);
      this.#isAtStart &&= tail.slice(0, cut).trim() === '';
      this.#tail = tail.slice(cut);
      return undefined;
    }
    this.#state = this.#begin();
    this.#state.accept(this.#tokenize(found.trigger));
    const surplus = tail.length - found.end;
    return surplus === 0 ? undefined : this.#tokenize(text.slice(0, text.length - surplus));
  }

  isComplete(): boolean {
    return this.#state?.isComplete() ?? false;
  }

  #find(text: string): Found | undefined {
    let first: Found | undefined;
    const consider = (trigger: string, start: number) => {
      const end = start + trigger.length;
      if (start >= 0 && (first === undefined || end < first.end)) first = { trigger, end };
    };
    for (const trigger of this.#plan.triggers) consider(trigger, text.indexOf(trigger));
    if (!this.#isAtStart) return first;
    const start = text.length - text.trimStart().length;
    for (const trigger of this.#plan.startTriggers) {
      if (text.startsWith(trigger, start)) consider(trigger, start);
    }
    return first;
  }

  #tokenize(text: string): readonly Token[] {
    return this.#model.tokenize(text, true, 'trimLeadingSpace');
  }
}
