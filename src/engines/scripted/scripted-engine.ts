import { invariant, PlatformError } from '../../core/index.ts';
import type { Engine, EngineDescription, GenerateOptions, Prepared } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { refuseBeyondDescription } from '../refuse-beyond-description.ts';
import { type Script, scriptSteps, wordsFromSeed } from './script.ts';
import { type Ending, ScriptPlayer } from './script-player.ts';
import { closedError, scriptedFailure } from './scripted-failure.ts';
import { ScriptedPromptCache } from './scripted-prompt-cache.ts';
import { countPromptTokens, renderPrompt, type ScriptedPrompt } from './scripted-tokens.ts';

export interface ScriptedEngineOptions {
  readonly modelName?: string;
  readonly contextTokens?: number;
  readonly sequences?: number;
  readonly fingerprint?: string;
  /** The answers; words drawn from the seed and the last message when absent. */
  readonly script?: Script;
  /** Tokens in one batch of events, 1 when absent. */
  readonly tokensPerBatch?: number;
  /** Makes a demo look alive; 0 when absent. */
  readonly tokenDelayMs?: number;
}

export interface ScriptedEngine extends Engine {
  /** Generations that hold a sequence now; 0 when nothing leaked. */
  activeGenerations(): number;
}

/**
 * A deterministic engine for tests, demos and benchmarks: no I/O, no model, almost no CPU.
 * Tokens are counted by the rule in scripted-tokens.ts; there is no end-of-turn token.
 */
export function createScriptedEngine(options: ScriptedEngineOptions = {}): ScriptedEngine {
  return new EngineOfScripts(options);
}

class EngineOfScripts implements ScriptedEngine {
  readonly #options: ScriptedEngineOptions;
  readonly #description: EngineDescription;
  readonly #script: Script;
  readonly #cache = new ScriptedPromptCache();
  readonly #closing = new AbortController();
  #active = 0;

  constructor(options: ScriptedEngineOptions) {
    this.#options = options;
    this.#description = describe(options);
    this.#script = options.script ?? wordsFromSeed;
  }

  describe(): EngineDescription {
    return this.#description;
  }

  activeGenerations(): number {
    return this.#active;
  }

  async prepare(request: GenerationRequest): Promise<Prepared> {
    this.#assertOpen();
    const relaxedParameters = refuseBeyondDescription(request, this.#description);
    const { contextTokens } = this.#description;
    const prompt = renderPrompt(request.messages);
    const promptTokens = countPromptTokens(prompt);
    const completionTokensRoom = contextTokens - promptTokens;
    if (completionTokensRoom < 1) throw contextLengthExceeded(contextTokens, promptTokens);
    return {
      promptTokens,
      isPromptTokensExact: true,
      completionTokensRoom,
      request,
      relaxedParameters,
      handle: prompt,
    };
  }

  async *generate(
    prepared: Prepared,
    options: GenerateOptions,
  ): AsyncGenerator<readonly GenerationEvent[]> {
    this.#assertOpen();
    invariant(this.#active < this.#description.sequences, 'more generations than sequences');
    this.#active += 1;
    try {
      if (options.signal.aborted) {
        yield [nothingHappened];
        return;
      }
      const { promptTokens } = prepared;
      const player = this.#createPlayer(prepared, options);
      const cachedTokens = this.#enterPrompt(prepared);
      yield [{ type: 'started', promptTokens, cachedTokens }];
      while (player.ending === undefined) {
        const events = await player.nextBatch();
        if (player.ending !== undefined) {
          const { completionTokens, reasoningTokens } = player;
          const usage = { promptTokens, cachedTokens, completionTokens, reasoningTokens };
          events.push(...endOfChoice(player.ending), { type: 'finished', usage });
        }
        yield events;
      }
    } finally {
      this.#active -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }

  #createPlayer(prepared: Prepared, { allowance, signal }: GenerateOptions): ScriptPlayer {
    const { request, completionTokensRoom } = prepared;
    const steps = scriptSteps(this.#script(request));
    if (steps[0]?.type === 'fail-to-start') throw scriptedFailure();
    return new ScriptPlayer({
      steps,
      stop: request.stop,
      tokensMax: Math.min(
        request.completionTokensMax ?? completionTokensRoom,
        completionTokensRoom,
      ),
      tokensPerBatch: this.#options.tokensPerBatch ?? 1,
      tokenDelayMs: this.#options.tokenDelayMs ?? 0,
      allowance,
      signal,
      closing: this.#closing.signal,
    });
  }

  /** The last prompt token is always evaluated anew: its result is the first token of the answer. */
  #enterPrompt({ request, promptTokens, handle }: Prepared): number {
    invariant(Array.isArray(handle), 'the handle comes from prepare()');
    const prompt: ScriptedPrompt = handle;
    return Math.min(this.#cache.enter(request.cacheScope, prompt), promptTokens - 1);
  }
}

function describe(options: ScriptedEngineOptions): EngineDescription {
  return {
    modelName: options.modelName ?? 'scripted',
    contextTokens: options.contextTokens ?? 8192,
    sequences: options.sequences ?? 8,
    supportsTools: false,
    supportsImages: false,
    supportsLogprobs: false,
    supportsStructuredOutput: false,
    supportsReasoning: false,
    supportsLogitBias: false,
    supportsContinuation: false,
    choicesMax: 1,
    hasExactCachedTokens: true,
    fingerprint: options.fingerprint ?? 'fp_scripted',
  };
}

/** An abort before the prompt was read: the request has used nothing. */
const nothingHappened: GenerationEvent = {
  type: 'finished',
  usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
};

function endOfChoice(ending: Ending): readonly GenerationEvent[] {
  if (ending === 'aborted') return [];
  return [{ type: 'choice-finished', index: 0, reason: { unified: ending, raw: ending } }];
}

function contextLengthExceeded(contextTokens: number, promptTokens: number): PlatformError {
  return new PlatformError(
    'request/context-length-exceeded',
    `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens.`,
    { param: 'messages' },
  );
}
