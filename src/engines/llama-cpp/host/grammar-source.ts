import type { LlamaGrammarEvaluationState, LlamaModel, Token } from 'node-llama-cpp';
import { type Bindings, nativeGrammarState } from './llama-internals.ts';

/** A grammar is parsed once while requests keep using it; each one holds its whole text. */
const grammarsMax = 32;

type CreateState = () => LlamaGrammarEvaluationState;

/** Parses grammars and keeps the ones used last. */
export class GrammarSource {
  readonly #model: LlamaModel;
  readonly #bindings: Bindings;
  readonly #parse: (gbnf: string) => Promise<CreateState>;
  readonly #parsed = new Map<string, Promise<CreateState>>();
  #probeTokens: readonly Token[] | undefined;

  constructor(
    model: LlamaModel,
    bindings: Bindings,
    parse: (gbnf: string) => Promise<CreateState>,
  ) {
    this.#model = model;
    this.#bindings = bindings;
    this.#parse = parse;
  }

  /** Rejects when the text is no grammar. What it resolves to begins the grammar, each time anew. */
  async load(gbnf: string): Promise<() => GrammarState> {
    const parsed = this.#parsed.get(gbnf) ?? this.#parse(gbnf);
    this.#parsed.delete(gbnf);
    this.#parsed.set(gbnf, parsed);
    const oldest = this.#parsed.keys().next().value;
    if (this.#parsed.size > grammarsMax && oldest !== undefined) this.#parsed.delete(oldest);
    try {
      const createState = await parsed;
      this.#probeTokens ??= probeTokens(this.#model);
      const probes = this.#probeTokens;
      return () => new GrammarState(createState(), this.#bindings, this.#model, probes);
    } catch (error) {
      this.#parsed.delete(gbnf);
      throw error;
    }
  }
}

/** How far one text has come in a grammar. The sampler moves it on; so does `accept`. */
export class GrammarState {
  readonly native: LlamaGrammarEvaluationState;
  readonly #sampler: Bindings['AddonSampler'];
  readonly #probes: readonly Token[];
  readonly #endToken: Token | null;

  constructor(
    native: LlamaGrammarEvaluationState,
    bindings: Bindings,
    model: LlamaModel,
    probes: readonly Token[],
  ) {
    this.native = native;
    this.#sampler = bindings.AddonSampler;
    this.#probes = probes;
    this.#endToken = model.tokens.eos ?? model.tokens.eot;
  }

  /** Moves on by tokens that were not sampled under the grammar. Throws when it does not allow them. */
  accept(tokens: readonly Token[]): void {
    for (const token of tokens) {
      this.#sampler.acceptGrammarEvaluationStateToken(nativeGrammarState(this.native), token);
    }
  }

  /** Nothing but the end may follow. */
  isComplete(): boolean {
    if (this.#endToken === null || !this.#allows(this.#endToken)) return false;
    return this.#probes.length > 0 && !this.#probes.some((token) => this.#allows(token));
  }

  #allows(token: Token): boolean {
    const state = nativeGrammarState(this.native);
    return this.#sampler.canBeNextTokenForGrammarEvaluationState(state, token);
  }
}

/** The tokens of single characters: a grammar that can go on allows one of them. */
function probeTokens(model: LlamaModel): readonly Token[] {
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  return ['\n', '\t', ...characters].flatMap((character) => {
    const tokens = model.tokenize(character, false, 'trimLeadingSpace');
    const isAlone = tokens.length === 1 && model.detokenize(tokens, false) === character;
    return isAlone ? tokens : [];
  });
}
