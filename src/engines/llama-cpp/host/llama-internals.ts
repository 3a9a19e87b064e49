import type {
  Llama,
  LlamaContextSequence,
  LlamaGrammarEvaluationState,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
  TokenBias,
} from 'node-llama-cpp';

/**
 * The parts of node-llama-cpp that its types hide, in one place: they are true for the version that
 * package.json pins and must be looked at again when it changes.
 */
export interface Bindings {
  readonly AddonJinjaRenderer: new (template: string) => TemplateRenderer;
  readonly AddonSampler: (new (
    model: unknown,
  ) => NativeSampler) & {
    acceptGrammarEvaluationStateToken(state: unknown, token: number): void;
    canBeNextTokenForGrammarEvaluationState(state: unknown, token: number): boolean;
  };
}

/** Renders a chat template with the model library's own Jinja, the one that models are made for. */
export interface TemplateRenderer {
  render(variables: Readonly<Record<string, unknown>>): string;
}

export interface NativeSampler {
  applyConfig(config: unknown): void;
  dispose(): void;
}

/** Token ids and values in turn. */
export type TokenValues = readonly number[];

/** Which logits to return: of these tokens, highest, lowest, of the selected token, the top ones. */
export type LogitFilter = readonly [
  tokens: readonly number[],
  includeMax: boolean,
  includeMin: boolean,
  includeSelected: boolean,
  top: number,
];

interface NativeContext {
  sampleToken(batchIndex: number, sampler: NativeSampler): Promise<number>;
  sampleToken(
    batchIndex: number,
    sampler: NativeSampler,
    returnsProbabilities: boolean,
    returnsConfidence: boolean,
    logits: LogitFilter,
    returnsTotalWeight: boolean,
  ): Promise<
    readonly [
      token: number,
      probabilities: unknown,
      confidence: unknown,
      logits: TokenValues | undefined,
      totalWeight: number | undefined,
    ]
  >;
}

/** A sequence as its own class sees it. */
export interface InternalSequence {
  readonly _context: { readonly _ctx: NativeContext };
  readonly _tokenMeter: unknown;
  readonly _takeIntervalCheckpointIfNeededAfterBatch: unknown;
  _copyStateFromOtherSequence(source: LlamaContextSequence, upToIndex: number): Promise<boolean>;
  _resolveSamplerConfig(options: SequenceEvaluateOptions): unknown;
  _decodeTokens<Result>(
    tokens: readonly number[],
    logits: readonly boolean[],
    evaluationPriority: number,
    tokenMeter: unknown,
    contextShift: unknown,
    mapLogits: (batchIndex: number) => Promise<Result>,
    afterBatch: unknown,
  ): Promise<readonly Result[]>;
}

export function bindingsOf(llama: Llama): Bindings {
  return (llama as unknown as { readonly _bindings: Bindings })._bindings;
}

export function internalSequence(sequence: LlamaContextSequence): InternalSequence {
  return sequence as unknown as InternalSequence;
}

export function nativeModel(model: LlamaModel) {
  return (model as unknown as { readonly _model: NativeModel })._model;
}

interface NativeModel {
  /** As the vocabulary spells it: byte-level alphabets and space marks are not resolved. */
  getTokenString(token: number): string;
}

export function nativeGrammarState(state: LlamaGrammarEvaluationState): unknown {
  return (state as unknown as { readonly _state: unknown })._state;
}

/** Sets the biases of exactly these ids; the public method would also bias their relatives. */
export function setTokenBias(bias: TokenBias, token: Token, logit: number): void {
  bias.set([token], logit === -Infinity ? 'never' : { logit });
}
