import { PlatformError } from '../../core/index.ts';
import type { GenerateOptions } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import { type HostRequest, usageOf } from './host-protocol.ts';

/** Tokens that wait for a slow reader before its generation is held; steps on their way come on top. */
const unreadTokensMax = 256;
/** How long an abort waits for the host's own count; a step that runs may be longer. */
const abortWaitMs = 150;
const extendTimeoutMs = 30_000;

export interface GenerationChannelOptions extends GenerateOptions {
  readonly id: number;
  readonly tokens: Uint32Array;
  readonly readerStallMs: number;
  readonly send: (message: HostRequest) => void;
}

type Ending = { readonly error: PlatformError | undefined };

/** The server's side of one generation: events that came and were not read yet, allowance, abort. */
export class GenerationChannel {
  readonly tokens: Uint32Array;
  readonly #options: GenerationChannelOptions;
  #events: GenerationEvent[] = [];
  #arrival = Promise.withResolvers<void>();
  #ending: Ending | undefined;
  readonly #ended = Promise.withResolvers<undefined>();
  #cachedTokens = 0;
  #completionTokens = 0;
  #hasReasoned = false;
  #unreadTokens = 0;
  #isHeld = false;
  #stallTimer: NodeJS.Timeout | undefined;
  #abortTimer: NodeJS.Timeout | undefined;
  readonly #onAbort = () => this.#abort();

  constructor(options: GenerationChannelOptions) {
    this.#options = options;
    this.tokens = options.tokens;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** What came since the last batch, as one batch; ends after `finished` or throws after the last event. */
  async *batches(): AsyncGenerator<readonly GenerationEvent[]> {
    for (;;) {
      if (this.#events.length === 0 && this.#ending === undefined) await this.#arrival.promise;
      this.#arrival = Promise.withResolvers<void>();
      const batch = this.#take();
      if (batch.length > 0) {
        yield batch;
        continue;
      }
      if (this.#ending?.error !== undefined) throw this.#ending.error;
      if (this.#ending !== undefined) return;
    }
  }

  push(events: readonly GenerationEvent[]): void {
    if (this.#ending !== undefined) return;
    for (const event of events) this.#record(event);
    if (this.#unreadTokens > unreadTokensMax && !this.#isHeld) this.#hold();
    this.#arrival.resolve();
  }

  /** Ends with an error after what came so far; after an abort there is nobody left to tell. */
  fail(error: PlatformError): void {
    if (this.#options.signal.aborted) {
      this.#finishAborted();
      return;
    }
    this.#end(error);
  }

  /** Asks the allowance for more and tells the host; a refusal is the same total as before. */
  async extend(): Promise<void> {
    const { allowance, id, send } = this.#options;
    const before = allowance.completionTokens();
    const timeout = Promise.withResolvers<number>();
    const timer = setTimeout(() => timeout.resolve(before), extendTimeoutMs);
    try {
      const answers = [allowance.extend(), timeout.promise, this.#ended.promise];
      const totalTokens = await Promise.race(answers);
      if (totalTokens !== undefined) send({ type: 'allow', id, totalTokens });
    } catch (error) {
      send({ type: 'cancel', id });
      this.fail(asPlatformError(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Call when nobody reads any more; tells the host unless it knows. */
  dispose(): void {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#ending === undefined) this.#options.send({ type: 'cancel', id: this.#options.id });
    this.#end(undefined);
  }

  #record(event: GenerationEvent): void {
    this.#events.push(event);
    if (event.type === 'reasoning') this.#hasReasoned = true;
    if (event.type === 'started') this.#cachedTokens = event.cachedTokens ?? 0;
    if (event.type === 'progress') {
      this.#unreadTokens += event.completionTokens - this.#completionTokens;
      this.#completionTokens = event.completionTokens;
    }
    if (event.type === 'finished') this.#end(undefined);
  }

  #take(): readonly GenerationEvent[] {
    const batch = this.#events;
    this.#events = [];
    this.#unreadTokens = 0;
    if (this.#isHeld) {
      this.#isHeld = false;
      clearTimeout(this.#stallTimer);
      this.#options.send({ type: 'hold', id: this.#options.id, isHeld: false });
    }
    return batch;
  }

  #hold(): void {
    const { id, readerStallMs, send } = this.#options;
    this.#isHeld = true;
    send({ type: 'hold', id, isHeld: true });
    this.#stallTimer = setTimeout(() => {
      send({ type: 'cancel', id });
      const message = `The answer was not read for ${readerStallMs} ms and was cut off. Read the stream as it comes, or ask for fewer tokens.`;
      this.fail(new PlatformError('request/timeout', message));
    }, readerStallMs);
  }

  #abort(): void {
    if (this.#ending !== undefined) return;
    this.#options.send({ type: 'cancel', id: this.#options.id });
    this.#abortTimer = setTimeout(() => this.#finishAborted(), abortWaitMs);
  }

  #finishAborted(): void {
    if (this.#ending !== undefined) return;
    const prompt = this.tokens.length;
    // Only the host knows how many tokens of the reasoning there were.
    const reasoning = this.#hasReasoned ? undefined : 0;
    const usage = usageOf(prompt, this.#cachedTokens, this.#completionTokens, reasoning);
    this.push([{ type: 'finished', usage }]);
  }

  #end(error: PlatformError | undefined): void {
    this.#ending ??= { error };
    clearTimeout(this.#stallTimer);
    clearTimeout(this.#abortTimer);
    this.#arrival.resolve();
    this.#ended.resolve(undefined);
  }
}

function asPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const message = 'The request could not be continued. Send it again.';
  return new PlatformError('internal', message, { cause: error });
}
