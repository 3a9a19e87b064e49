import { PlatformError } from '../../core/index.ts';
import type { Engine, EngineDescription, GenerateOptions, Prepared } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { engineFingerprint } from './engine-fingerprint.ts';
import { GenerationChannel } from './generation-channel.ts';
import { type HostMessage, type Refusal, usageOf } from './host-protocol.ts';
import { type EngineState, HostSupervisor } from './host-supervisor.ts';
import {
  type LlamaCppOptions,
  type LlamaCppSettings,
  resolveLlamaCppSettings,
} from './llama-cpp-options.ts';
import { PoisonList } from './poison-list.ts';

export interface LlamaCppEngine extends Engine {
  /** Resolves when the model is loaded; rejects with PlatformError when this attempt to load it failed. */
  ready(): Promise<void>;
  state(): EngineState;
}

/** The tokens of a prompt. The host keeps nothing between prepare and generate. */
class PreparedTokens {
  readonly tokens: Uint32Array;

  constructor(tokens: Uint32Array) {
    this.tokens = tokens;
  }
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
  readonly #prepares = new Map<number, PromiseWithResolvers<Uint32Array>>();
  readonly #channels = new Map<number, GenerationChannel>();
  #contextTokens: number;
  #lastId = 0;

  constructor(options: LlamaCppOptions) {
    this.#options = options;
    this.#settings = resolveLlamaCppSettings(options);
    this.#contextTokens = this.#settings.contextTokens;
    this.#fingerprint = engineFingerprint(this.#settings, options.modelSha256);
    this.#poison = new PoisonList(options.clock);
    this.#supervisor = new HostSupervisor({
      hostUrl: options.hostUrl,
      settings: this.#settings,
      environment: options.hostEnvironment,
      logger: options.logger,
      clock: options.clock,
      onMessage: (message) => this.#receive(message),
      onReady: (model) => {
        this.#contextTokens = model.contextTokens;
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
      supportsTools: false,
      supportsImages: false,
      supportsLogprobs: false,
      supportsStructuredOutput: false,
      choicesMax: 1,
      hasExactCachedTokens: true,
      fingerprint: this.#fingerprint,
    };
  }

  async prepare(request: GenerationRequest, signal: AbortSignal): Promise<Prepared> {
    signal.throwIfAborted();
    const tokens = await this.#tokensOf(request, signal);
    const room = this.#contextTokens - tokens.length;
    if (room < 1) throw tooLong(this.#contextTokens, tokens.length);
    return {
      promptTokens: tokens.length,
      isPromptTokensExact: true,
      completionTokensRoom: room,
      request,
      handle: new PreparedTokens(tokens),
    };
  }

  async *generate(
    prepared: Prepared,
    options: GenerateOptions,
  ): AsyncGenerator<readonly GenerationEvent[]> {
    const { tokens } = prepared.handle as PreparedTokens;
    if (options.signal.aborted) {
      yield [{ type: 'finished', usage: usageOf(tokens.length, 0, 0) }];
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
    this.#sendGenerate(id, prepared, tokens, options);
    try {
      yield* channel.batches();
    } finally {
      channel.dispose();
      this.#channels.delete(id);
    }
  }

  async close(): Promise<void> {
    await this.#supervisor.close();
    this.#hostDown(false);
  }

  #sendGenerate(
    id: number,
    prepared: Prepared,
    tokens: Uint32Array,
    options: GenerateOptions,
  ): void {
    const { request, completionTokensRoom } = prepared;
    const asked = request.completionTokensMax ?? completionTokensRoom;
    this.#supervisor.send({
      type: 'generate',
      id,
      tokens,
      cacheScope: request.cacheScope,
      sampling: request.sampling,
      stop: request.stop,
      completionTokensMax: Math.min(asked, completionTokensRoom),
      allowedTokens: options.allowance.completionTokens(),
    });
  }

  async #tokensOf(request: GenerationRequest, signal: AbortSignal): Promise<Uint32Array> {
    if (!this.#supervisor.isReady) throw this.#supervisor.unavailable();
    const id = this.#nextId();
    const answer = Promise.withResolvers<Uint32Array>();
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
        this.#prepares.get(message.id)?.resolve(message.tokens);
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

function tooLong(contextTokens: number, promptTokens: number): PlatformError {
  // Clients look for this very sentence to know that they must shorten the conversation.
  const message = `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens.`;
  return new PlatformError('request/context-length-exceeded', message, { param: 'messages' });
}

function poisoned(): PlatformError {
  const message =
    'This request was running at two crashes of the engine and is refused for a while. Change its messages before sending it again.';
  return new PlatformError('request/invalid', message, { param: 'messages' });
}

function failed(): PlatformError {
  const message = 'The engine could not go on with this request. Send it again.';
  return new PlatformError('engine/unavailable', message, { retryAfterSeconds: 1 });
}

function refusalError(refusal: Refusal): PlatformError {
  switch (refusal.reason) {
    case 'template': {
      const message = `The model's chat template does not accept these messages: ${refusal.message}.`;
      return new PlatformError('request/invalid', message, { param: 'messages' });
    }
    case 'overloaded': {
      const message = 'Too many requests wait for the engine. Send the request again in a moment.';
      return new PlatformError('engine/overloaded', message, { retryAfterSeconds: 1 });
    }
    case 'internal':
      return failed();
  }
}
