import { invariant, PlatformError } from '../../core/index.ts';
import type { Engine, EngineDescription, GenerateOptions, Prepared } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { refuseBeyondDescription } from '../refuse-beyond-description.ts';
import { madeUpAnswer } from './made-up-answer.ts';
import { type Script, scriptSteps } from './script.ts';
import { ScriptPlayer } from './script-player.ts';
import { closedError, scriptedFailure } from './scripted-failure.ts';
import { ScriptedPromptCache } from './scripted-prompt-cache.ts';
import { countPromptTokens, renderPrompt, type ScriptedPrompt } from './scripted-tokens.ts';
import { TokenBudget } from './token-budget.ts';

/** What this engine can do unless its options say otherwise: everything but images. */
type Abilities = Pick<
  EngineDescription,
  | 'supportsTools'
  | 'supportsLogprobs'
  | 'supportsStructuredOutput'
  | 'supportsReasoning'
  | 'supportsLogitBias'
  | 'supportsContinuation'
  | 'choicesMax'
>;

const defaultSequences = 8;

export interface ScriptedEngineOptions {
  readonly modelName?: string;
  readonly contextTokens?: number;
  readonly sequences?: number;
  readonly fingerprint?: string;
  readonly abilities?: Partial<Abilities>;
  /** The answers; made up from the request when absent. */
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
    this.#script = options.script ?? madeUpAnswer;
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
    const prompt = renderPrompt(request);
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
    const { choices = 1 } = prepared.request;
    const { sequences } = this.#description;
    invariant(this.#active + choices <= sequences, 'more choices than free sequences');
    this.#active += choices;
    try {
      if (options.signal.aborted) yield [nothingHappened];
      else yield* this.#playAll(prepared, options);
    } finally {
      this.#active -= choices;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }

  /** One batch of each choice in turn, so that choices interleave in a way that never changes. */
  async *#playAll(
    prepared: Prepared,
    options: GenerateOptions,
  ): AsyncGenerator<readonly GenerationEvent[]> {
    const { promptTokens } = prepared;
    const budget = new TokenBudget(options.allowance);
    const players = this.#createPlayers(prepared, options, budget);
    const cachedTokens = this.#enterPrompt(prepared);
    yield [{ type: 'started', promptTokens, cachedTokens }];
    for (let playing = players; playing.length > 0; playing = playing.filter(isPlaying)) {
      for (const player of playing) {
        const events = await player.nextBatch();
        events.push(...endOfChoice(player));
        if (!players.some(isPlaying)) {
          const reasoningTokens = players.reduce((sum, each) => sum + each.reasoningTokens, 0);
          const usage = { promptTokens, cachedTokens, completionTokens: budget.used };
          events.push({ type: 'finished', usage: { ...usage, reasoningTokens } });
        }
        yield events;
      }
    }
  }

  #createPlayers(
    { request, completionTokensRoom }: Prepared,
    { signal }: GenerateOptions,
    budget: TokenBudget,
  ): readonly ScriptPlayer[] {
    const room = completionTokensRoom;
    const earlierCalls = request.messages.flatMap((message) =>
      message.role === 'assistant' ? message.toolCalls : [],
    ).length;
    return Array.from({ length: request.choices ?? 1 }, (_, choiceIndex) => {
      const steps = scriptSteps(this.#script(request, choiceIndex));
      if (steps[0]?.type === 'fail-to-start') throw scriptedFailure();
      return new ScriptPlayer({
        choiceIndex,
        steps,
        stop: request.stop,
        topLogprobs: request.logprobs?.top,
        earlierCalls,
        tokensMax: Math.min(request.completionTokensMax ?? room, room),
        tokensPerBatch: this.#options.tokensPerBatch ?? 1,
        tokenDelayMs: this.#options.tokenDelayMs ?? 0,
        budget,
        signal,
        closing: this.#closing.signal,
      });
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
  const sequences = options.sequences ?? defaultSequences;
  return {
    modelName: options.modelName ?? 'scripted',
    contextTokens: options.contextTokens ?? 8192,
    sequences,
    supportsTools: true,
    supportsImages: false,
    supportsLogprobs: true,
    supportsStructuredOutput: true,
    supportsReasoning: true,
    supportsLogitBias: true,
    supportsContinuation: true,
    choicesMax: sequences,
    hasExactCachedTokens: true,
    fingerprint: options.fingerprint ?? 'fp_scripted',
    ...options.abilities,
  };
}

/** An abort before the prompt was read: the request has used nothing. */
const nothingHappened: GenerationEvent = {
  type: 'finished',
  usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
};

function isPlaying(player: ScriptPlayer): boolean {
  return player.ending === undefined;
}

function endOfChoice({ choiceIndex, ending }: ScriptPlayer): readonly GenerationEvent[] {
  if (ending === undefined || ending === 'aborted') return [];
  const reason = { unified: ending, raw: ending };
  return [{ type: 'choice-finished', index: choiceIndex, reason }];
}

function contextLengthExceeded(contextTokens: number, promptTokens: number): PlatformError {
  return new PlatformError(
    'request/context-length-exceeded',
    `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens.`,
    { param: 'messages' },
  );
}
