import type { LlamaModel, Token } from 'node-llama-cpp';
import { type Constraint, TriggerWatch } from '../../chat-formats/index.ts';
import type { GrammarState } from './grammar-source.ts';

/** The grammar of one choice: from the first token on, or off until its trigger comes. */
export class ChoiceConstraint {
  readonly #begin: () => GrammarState;
  readonly #model: LlamaModel;
  readonly #watch: TriggerWatch | undefined;
  readonly #triggers: readonly string[];
  #state: GrammarState | undefined;

  constructor(constraint: Constraint, begin: () => GrammarState, model: LlamaModel) {
    this.#begin = begin;
    this.#model = model;
    const isLazy = constraint.kind === 'lazy-grammar';
    this.#watch = isLazy ? new TriggerWatch(constraint) : undefined;
    this.#triggers = isLazy ? [...constraint.triggers, ...constraint.startTriggers] : [];
    if (!isLazy) this.#state = begin();
  }

  /** What the next token must obey; undefined while anything goes. */
  get state(): GrammarState | undefined {
    return this.#state;
  }

  /**
   * Looks for the trigger. When a token goes on behind it, that part was not drawn under the grammar: the
   * tokens that are returned end with the trigger and must take the token's place.
   */
  watch(token: Token): readonly Token[] | undefined {
    if (this.#watch === undefined || this.#state !== undefined) return undefined;
    const text = this.#model.detokenize([token], true);
    const found = this.#watch.push(text);
    const trigger = this.#triggers.find((one) => found?.startsWith(one));
    if (found === undefined || trigger === undefined) return undefined;
    this.#state = this.#begin();
    this.#state.accept(this.#tokenize(trigger));
    const surplus = found.length - trigger.length;
    return surplus === 0 ? undefined : this.#tokenize(text.slice(0, text.length - surplus));
  }

  isComplete(): boolean {
    return this.#state?.isComplete() ?? false;
  }

  #tokenize(text: string): readonly Token[] {
    return this.#model.tokenize(text, true, 'trimLeadingSpace');
  }
}
