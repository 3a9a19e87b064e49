import type {
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp';
import {
  type Bindings,
  internalSequence,
  type LogitFilter,
  type NativeSampler,
  type TokenValues,
} from './llama-internals.ts';

export interface StreamedToken {
  readonly token: Token;
  /** Natural logarithms, by token id: of the token itself and the likeliest ones. */
  readonly logprobs?: TokenLogprobs;
}

export interface TokenLogprobs {
  readonly selected: number;
  /** The likeliest first. */
  readonly top: readonly (readonly [Token, number])[];
}

/** The tokens of one choice, one a step. */
export interface TokenStream {
  /** `replacement` takes the place of the token given last. */
  next(replacement: readonly Token[] | undefined): Promise<StreamedToken>;
  close(): Promise<void>;
}

/** Streams with the library's own loop, the fastest one. */
export function openTokenStream(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  options: SequenceEvaluateOptions,
): TokenStream {
  const tokensIn = [...tokens];
  const stream = sequence.evaluateWithMetadata(tokensIn, {}, options);
  return {
    next: async (replacement) => {
      const next = replacement === undefined ? stream.next() : stream.next([...replacement]);
      const { value, done } = await next;
      if (done || value === undefined) throw new Error('the engine gave no token');
      return { token: value.token };
    },
    close: async () => {
      await stream.return(undefined);
    },
  };
}

export interface LogprobStreamOptions {
  readonly model: LlamaModel;
  readonly bindings: Bindings;
  readonly evaluate: SequenceEvaluateOptions;
  readonly top: number;
}

/**
 * Streams with log probabilities. The token is drawn as always; then a second sampler, which changes
 * nothing, looks at the same row of logits. The library's own metadata would be of the distribution after
 * temperature, cuts, penalties and grammar, and its controlled evaluation knows no grammar.
 */
export function openLogprobStream(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  options: LogprobStreamOptions,
): TokenStream {
  const { model, bindings, evaluate, top } = options;
  const internal = internalSequence(sequence);
  const native = (model as unknown as { readonly _model: unknown })._model;
  const [drawing, measuring] = [1, 2].map(() => new bindings.AddonSampler(native)) as [
    NativeSampler,
    NativeSampler,
  ];
  measuring.applyConfig({ temperature: 0, seed: 0 });
  const draw = async (batchIndex: number): Promise<StreamedToken> => {
    const context = internal._context._ctx;
    drawing.applyConfig(internal._resolveSamplerConfig(evaluate));
    const token = await context.sampleToken(batchIndex, drawing);
    if (token < 0) throw new Error('the engine gave no token');
    const filter: LogitFilter = [[token], false, false, true, top];
    const measured = await context.sampleToken(batchIndex, measuring, false, false, filter, true);
    const logprobs = logprobsOf(token, top, measured[3], measured[4]);
    return { token: token as Token, logprobs };
  };
  let pending: readonly Token[] = tokens;
  return {
    next: async (replacement) => {
      const rows = replacement ?? pending;
      const wanted = rows.map((_, index) => index === rows.length - 1);
      const results = await internal._decodeTokens(
        rows,
        wanted,
        evaluate.evaluationPriority ?? 1,
        internal._tokenMeter,
        evaluate.contextShift,
        draw,
        internal._takeIntervalCheckpointIfNeededAfterBatch,
      );
      const result = results[rows.length - 1];
      if (result === undefined) throw new Error('the engine gave no token');
      pending = [result.token];
      return result;
    },
    close: async () => {
      drawing.dispose();
      measuring.dispose();
    },
  };
}

function logprobsOf(
  token: number,
  top: number,
  logits: TokenValues | undefined,
  totalWeight: number | undefined,
): TokenLogprobs {
  if (logits === undefined || totalWeight === undefined) {
    throw new Error('the engine gave no logits');
  }
  const byToken = new Map<Token, number>();
  for (let index = 0; index + 1 < logits.length; index += 2) {
    byToken.set(Number(logits[index]) as Token, Number(logits[index + 1]));
  }
  const highest = Math.max(...byToken.values());
  const logprobOf = (logit: number) => logit - highest - Math.log(totalWeight);
  return {
    selected: logprobOf(byToken.get(token as Token) ?? -Infinity),
    top: [...byToken]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, top)
      .map(([id, logit]) => [id, logprobOf(logit)] as const),
  };
}
