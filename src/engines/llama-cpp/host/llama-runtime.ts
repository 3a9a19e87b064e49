import type {
  EvaluationPriority,
  LlamaContextSequence,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
  TokenBias,
} from 'node-llama-cpp';
import type { HostSettings } from '../host-protocol.ts';
import { GrammarSource } from './grammar-source.ts';
import {
  type Bindings,
  bindingsOf,
  internalSequence,
  setTokenBias,
  type TemplateRenderer,
} from './llama-internals.ts';

/** Of models that cannot roll back; each one holds the whole recurrent state of a sequence. */
const checkpointsMax = 8;

/** What the host uses of the native library, loaded and ready. */
export interface LlamaRuntime {
  readonly model: LlamaModel;
  readonly sequences: readonly LlamaContextSequence[];
  readonly contextTokens: number;
  readonly template: string;
  readonly grammars: GrammarSource;
  readonly bindings: Bindings;
  /** Biases of token ids; an infinite one forbids its token. Tokens that end a turn keep their own. */
  createBias(biases: ReadonlyMap<number, number>): TokenBias;
  createRenderer(template: string): TemplateRenderer;
}

/**
 * Loads library, model and context. Throws an Error with a message for the operator when the model
 * cannot be served. The library is imported here and not at the top, so that the server process, which
 * shares this module's index, never loads it.
 */
export async function loadLlamaRuntime(settings: HostSettings): Promise<LlamaRuntime> {
  const { getLlama, LlamaGrammarEvaluationState, LlamaLogLevel, TokenBias } = await import(
    'node-llama-cpp'
  );
  const llama = await getLlama({
    gpu: settings.gpu,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: settings.threads,
    logLevel: LlamaLogLevel.warn,
    logger: (level, message) => process.stderr.write(`${level}: ${message.trimEnd()}\n`),
  });
  const model = await llama.loadModel({ modelPath: settings.modelFile });
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  if (typeof template !== 'string' || template.trim() === '') {
    throw new Error(
      'The model file has no chat template, so it cannot answer chat completions. Use an instruct or chat version of the model.',
    );
  }
  const contextTokens = Math.min(settings.contextTokens, model.trainContextSize);
  const context = await model.createContext({
    sequences: settings.sequences,
    contextSize: contextTokens,
    batchSize: settings.batchTokens,
    threads: settings.threads,
    failedCreationRemedy: false,
    batching: {
      // llama.cpp joins rows to one micro-batch only when their sequence ids ascend without a gap.
      itemPrioritizationStrategy: ({ items }) =>
        items
          .toSorted((a, b) => a.evaluationPriority - b.evaluationPriority)
          .map((item) => ({ item, processAmount: item.tokens.length })),
    },
  });
  const sequences = Array.from({ length: settings.sequences }, () =>
    context.getSequence({ checkpoints: { max: checkpointsMax } }),
  );
  const bindings = bindingsOf(llama);
  const grammars = new GrammarSource(model, bindings, async (gbnf) => {
    const grammar = await llama.createGrammar({ grammar: gbnf });
    // Copies, because each new state would parse the text again.
    const beginning = new LlamaGrammarEvaluationState({ model, grammar });
    return () => beginning.clone();
  });
  return {
    model,
    sequences,
    contextTokens: Math.min(contextTokens, context.contextSize),
    template,
    grammars,
    bindings,
    createBias: (biases) => {
      const bias = TokenBias.for(model);
      for (const [token, logit] of biases) setTokenBias(bias, token as Token, logit);
      return bias;
    },
    createRenderer: (source) => new bindings.AddonJinjaRenderer(source),
  };
}

/**
 * Copies the whole state of `source`. The cells move with the next batch, so a copy costs milliseconds
 * whatever its length. Only between steps. False when the state could not be copied.
 */
export function copySequence(
  target: LlamaContextSequence,
  source: LlamaContextSequence,
): Promise<boolean> {
  return internalSequence(target)._copyStateFromOtherSequence(source, source.nextTokenIndex);
}

/** What every evaluation of a sequence needs: its place in the batch, and never a context shift. */
export function rowOptions(sequenceIndex: number): SequenceEvaluateOptions {
  return {
    // The type says 1 to 5, but the value only reaches the strategy above.
    evaluationPriority: sequenceIndex as EvaluationPriority,
    contextShift: {
      size: 1,
      strategy: () => {
        throw new Error('a generation ran past its context');
      },
    },
  };
}
