import type { Clock, Logger } from '../../core/index.ts';
import { PlatformError } from '../../core/index.ts';
import { HostProcess } from './host-process.ts';
import type { HostMessage, HostRequest, LoadedModel } from './host-protocol.ts';
import type { LlamaCppSettings } from './llama-cpp-options.ts';

const firstDelayMs = 250;
const delayMsMax = 30_000;
/** A host that has lived this long was healthy: the next crash starts the back-off anew. */
const healthyMs = 60_000;
const closeTimeoutMs = 2_000;

export interface EngineState {
  readonly status: 'starting' | 'ready' | 'restarting' | 'closed';
  /** Hosts that ended without being asked to. */
  readonly crashes: number;
  readonly lastFailure: string | undefined;
  readonly processId: number | undefined;
}

export interface HostSupervisorOptions {
  readonly hostUrl: URL;
  readonly settings: LlamaCppSettings;
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onMessage: (message: HostMessage) => void;
  readonly onReady: (model: LoadedModel) => void;
  /** The host is gone, with everything that was in it. `isCrash` is false when it was closed. */
  readonly onDown: (isCrash: boolean) => void;
}

/** Keeps one host process running: starts it, starts it again with growing delays, closes it. */
export class HostSupervisor {
  readonly #options: HostSupervisorOptions;
  #host: HostProcess | undefined;
  #status: EngineState['status'] = 'starting';
  #crashes = 0;
  #lastFailure: string | undefined;
  #attempt = newAttempt();
  #delayMs = firstDelayMs;
  #readySinceMs: number | undefined;
  #loadMs = 0;
  #restartAtMs = 0;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: HostSupervisorOptions) {
    this.#options = options;
    this.#start();
  }

  get isReady(): boolean {
    return this.#status === 'ready';
  }

  state(): EngineState {
    return {
      status: this.#status,
      crashes: this.#crashes,
      lastFailure: this.#lastFailure,
      processId: this.#host?.processId,
    };
  }

  /** Settles with the attempt to start that is running or comes next; later attempts go on regardless. */
  ready(): Promise<void> {
    return this.#attempt.promise;
  }

  send(message: HostRequest): void {
    this.#host?.send(message);
  }

  unavailable(): PlatformError {
    if (this.#status === 'closed') {
      return new PlatformError(
        'engine/unavailable',
        'The engine has been shut down. Send the request again when the server is back.',
      );
    }
    const restartMs = Math.max(0, this.#restartAtMs - this.#options.clock.nowMs());
    const retryAfterSeconds = Math.max(1, Math.ceil((restartMs + this.#loadMs) / 1_000));
    return new PlatformError(
      'engine/unavailable',
      'The engine is starting. Send the request again in a moment.',
      { retryAfterSeconds },
    );
  }

  async close(): Promise<void> {
    if (this.#status === 'closed') return;
    this.#status = 'closed';
    clearTimeout(this.#restartTimer);
    this.#attempt.reject(this.unavailable());
    await this.#host?.close(closeTimeoutMs);
  }

  #start(): void {
    const { hostUrl, settings, environment, logger, onMessage } = this.#options;
    this.#host = new HostProcess({
      hostUrl,
      settings,
      environment,
      logger,
      onMessage,
      onReady: (model) => this.#hostReady(model),
      onExit: (reason) => this.#hostGone(reason),
    });
  }

  #hostReady(model: LoadedModel): void {
    if (this.#status === 'closed') return;
    this.#status = 'ready';
    this.#readySinceMs = this.#options.clock.nowMs();
    this.#loadMs = model.loadMs;
    this.#options.logger.info({ ...model }, 'engine host ready');
    this.#options.onReady(model);
    this.#attempt.resolve();
  }

  #hostGone(reason: string): void {
    this.#host = undefined;
    if (this.#status === 'closed') {
      this.#options.onDown(false);
      return;
    }
    const wasReady = this.#status === 'ready';
    this.#crashes += 1;
    this.#lastFailure = reason;
    this.#scheduleRestart();
    this.#status = wasReady ? 'restarting' : this.#status;
    this.#options.logger.error({ reason, restartDelayMs: this.#delayMs }, 'engine host lost');
    if (!wasReady) {
      const message = 'The engine could not be started. Its log says why; see `moongate doctor`.';
      const cause = new Error(reason);
      this.#attempt.reject(new PlatformError('engine/unavailable', message, { cause }));
    }
    this.#attempt = newAttempt();
    this.#options.onDown(true);
  }

  #scheduleRestart(): void {
    const nowMs = this.#options.clock.nowMs();
    const wasHealthy = this.#readySinceMs !== undefined && nowMs - this.#readySinceMs >= healthyMs;
    this.#readySinceMs = undefined;
    if (wasHealthy) this.#delayMs = firstDelayMs;
    this.#restartAtMs = nowMs + this.#delayMs;
    this.#restartTimer = setTimeout(() => this.#start(), this.#delayMs);
    this.#delayMs = Math.min(delayMsMax, this.#delayMs * 2);
  }
}

/** Nobody has to listen: a failed start is in the log and in `state()`. */
function newAttempt(): PromiseWithResolvers<void> {
  const attempt = Promise.withResolvers<void>();
  attempt.promise.catch(() => undefined);
  return attempt;
}
