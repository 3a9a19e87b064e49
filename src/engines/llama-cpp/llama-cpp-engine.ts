import { type ChatFormat, chooseChatFormat } from '../chat-formats/index.ts';
import type { Engine, EngineDescription, GenerateOptions, Prepared } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { createGrammarCompiler, type GrammarCompiler } from '../grammar/index.ts';
import { refuseBeyondDescription } from '../refuse-beyond-description.ts';
import { assertContinuable, failed, poisoned, refusalError, tooLong } from './engine-errors.ts';
import { engineFingerprint } from './engine-fingerprint.ts';
import { GenerationChannel } from './generation-channel.ts';
import { type HostMessage, type PreparedPrompt, type Refusal, usageOf } from './host-protocol.ts';
import { type EngineState, HostSupervisor } from './host-supervisor.ts';
import {
  type LlamaCppOptions,
  type LlamaCppSettings,
  resolveLlamaCppSettings,
} from './llama-cpp-options.ts';
import { compileOutput, planOutput } from './output-plan.ts';
import { PoisonList } from './poison-list.ts';
import { PreparedGeneration } from './prepared-generation.ts';

/** Of one request, also where there are more sequences. */
const choicesMax = 8;

export interface LlamaCppEngine extends Engine {
  /** Resolves when the model is loaded; rejects with PlatformError when this attempt to load it failed. */
  ready(): Promise<void>;
  state(): EngineState;
}

/** Starts the host at once; `ready()` tells when it answers. */
export function createLlamaCppEngine(options: LlamaCppOptions): LlamaCppEngine {
  return new HostedEngine(options);
}

class HostedEngine implements LlamaCppEngine {
  readonly #options: LlamaCppOptions;
  readonly #settings: LlamaCppSettings;
  readonly #fingerprint: string;
  readonly #poison: PoisonList;
  readonly #supervisor: HostSupervisor;
  readonly #prepares = new Map<number, PromiseWithResolvers<PreparedPrompt>>();
  readonly #compiler: GrammarCompiler | undefined;
  #format: ChatFormat | undefined;
  readonly #channels = new Map<number, GenerationChannel>();
  #contextTokens: number;
  #lastId = 0;

  constructor(options: LlamaCppOptions) {
    this.#options = options;
    this.#settings = resolveLlamaCppSettings(options);
    this.#contextTokens = this.#settings.contextTokens;
    this.#fingerprint = engineFingerprint(this.#settings, options.modelSha256);
    this.#poison = new PoisonList(options.clock);
    const { grammarWorkerUrl } = options;
    this.#compiler =
      grammarWorkerUrl === undefined
        ? undefined
        : createGrammarCompiler({ workerUrl: grammarWorkerUrl });
    this.#supervisor = new HostSupervisor({
      hostUrl: options.hostUrl,
      settings: this.#settings,
      environment: options.hostEnvironment,
      logger: options.logger,
      clock: options.clock,
      onMessage: (message) => this.#receive(message),
      onReady: (model) => {
        this.#contextTokens = model.contextTokens;
        this.#format = chooseChatFormat(model.template);
      },
      onDown: (isCrash) => this.#hostDown(isCrash),
    });
  }

  ready(): Promise<void> {
    return this.#supervisor.ready();
  }

  state(): EngineState {
    return this.#supervisor.state();
  }

  describe(): EngineDescription {
    return {
      modelName: this.#options.modelName,
      contextTokens: this.#contextTokens,
      sequences: this.#settings.sequences,
      supportsTools: this.#compiler !== undefined,
      supportsImages: false,
      supportsLogprobs: true,
      supportsStructuredOutput: this.#compiler !== undefined,
      supportsReasoning: this.#format?.thinking.readsThinking ?? false,
      supportsLogitBias: true,
      supportsContinuation: true,
      choicesMax: Math.min(choicesMax, this.#settings.sequences),
      hasExactCachedTokens: true,
      fingerprint: this.#fingerprint,
    };
  }

  async prepare(request: GenerationRequest, signal: AbortSignal): Promise<Prepared> {
    signal.throwIfAborted();
    if (!this.#supervisor.isReady || this.#format === undefined) {
      throw this.#supervisor.unavailable();
    }
    const relaxed = refuseBeyondDescription(request, this.describe());
    assertContinuable(request);
    const format = this.#format;
    const compiled =
      this.#compiler === undefined
        ? undefined
        : await compileOutput(request, format, this.#compiler);
    signal.throwIfAborted();
    const prompt = await this.#promptOf(request, signal);
    const room = this.#contextTokens - prompt.tokens.length;
    if (room < 1) throw tooLong(this.#contextTokens, prompt.tokens.length);
    const plan =
      compiled === undefined
        ? undefined
        : planOutput(compiled, request, format, prompt.reasoningStart);
    return {
      promptTokens: prompt.tokens.length,
      isPromptTokensExact: true,
      completionTokensRoom: room,
      request,
      relaxedParameters: [...relaxed, ...(compiled?.relaxed ?? [])],
      handle: new PreparedGeneration(prompt, plan),
    };
  }

  async *generate(
    prepared: Prepared,
    options: GenerateOptions,
  ): AsyncGenerator<readonly GenerationEvent[]> {
    const prompt = prepared.handle as PreparedGeneration;
    const { tokens } = prompt;
    if (options.signal.aborted) {
      yield [{ type: 'finished', usage: usageOf(tokens.length, 0, 0, 0) }];
      return;
    }
    if (!this.#supervisor.isReady) throw this.#supervisor.unavailable();
    if (this.#poison.isPoisoned(tokens)) throw poisoned();
    const id = this.#nextId();
    const channel = new GenerationChannel({
      ...options,
      id,
      tokens,
      readerStallMs: this.#settings.readerStallMs,
      send: (message) => this.#supervisor.send(message),
    });
    this.#channels.set(id, channel);
    const allowedTokens = options.allowance.completionTokens();
    this.#supervisor.send(prompt.toMessage(id, prepared, allowedTokens));
    try {
      yield* channel.batches();
    } finally {
      channel.dispose();
      this.#channels.delete(id);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#supervisor.close(), this.#compiler?.close()]);
    this.#hostDown(false);
  }

  async #promptOf(request: GenerationRequest, signal: AbortSignal): Promise<PreparedPrompt> {
    if (!this.#supervisor.isReady) throw this.#supervisor.unavailable();
    const id = this.#nextId();
    const answer = Promise.withResolvers<PreparedPrompt>();
    const onAbort = () => answer.reject(signal.reason);
    const timer = setTimeout(
      () => answer.reject(this.#supervisor.unavailable()),
      this.#settings.requestStallMs,
    );
    this.#prepares.set(id, answer);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#supervisor.send({ type: 'prepare', id, request });
      return await answer.promise;
    } catch (error) {
      this.#supervisor.send({ type: 'cancel', id });
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#prepares.delete(id);
    }
  }

  #receive(message: HostMessage): void {
    switch (message.type) {
      case 'prepared':
        this.#prepares.get(message.id)?.resolve(message);
        return;
      case 'refused':
        this.#refused(message.id, message.refusal);
        return;
      case 'step':
        for (const { id, events } of message.outputs) this.#channels.get(id)?.push(events);
        return;
      case 'failed':
        this.#options.logger.warn({ reason: message.message }, 'a generation failed in the engine');
        this.#channels.get(message.id)?.fail(failed());
        return;
      case 'extend':
        void this.#channels.get(message.id)?.extend();
        return;
      default:
        return;
    }
  }

  #refused(id: number, refusal: Refusal): void {
    if (refusal.reason === 'internal') {
      this.#options.logger.warn({ reason: refusal.message }, 'a prompt could not be prepared');
    }
    const error = refusalError(refusal);
    this.#prepares.get(id)?.reject(error);
    this.#channels.get(id)?.fail(error);
  }

  #hostDown(isCrash: boolean): void {
    const error = this.#supervisor.unavailable();
    for (const answer of this.#prepares.values()) answer.reject(error);
    const channels = [...this.#channels.values()];
    if (isCrash) this.#poison.recordCrash(channels.map(({ tokens }) => tokens));
    for (const channel of channels) channel.fail(error);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}
