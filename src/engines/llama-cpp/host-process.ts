import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Logger } from '../../core/index.ts';
import type { HostMessage, HostRequest, LoadedModel } from './host-protocol.ts';
import type { LlamaCppSettings } from './llama-cpp-options.ts';

const logLineLengthMax = 2_000;
/** A silence counts only when it is seen twice: this process may have been the one that slept. */
const silentChecksMax = 2;

export interface HostProcessOptions {
  readonly hostUrl: URL;
  readonly settings: LlamaCppSettings;
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly logger: Logger;
  readonly onMessage: (message: HostMessage) => void;
  readonly onReady: (model: LoadedModel) => void;
  /** Called exactly once, with a sentence for the log that says why it is gone. */
  readonly onExit: (reason: string) => void;
}

/** One life of a host process, from the fork to its exit. Kills it when it hangs. */
export class HostProcess {
  readonly #options: HostProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited = Promise.withResolvers<void>();
  readonly #startTimer: NodeJS.Timeout;
  readonly #watchTimer: NodeJS.Timeout;
  #reason: string | undefined;
  #lastHeardMs = performance.now();
  #silentChecks = 0;
  #isReady = false;
  #hasEnded = false;

  constructor(options: HostProcessOptions) {
    this.#options = options;
    const { settings, hostUrl, environment } = options;
    this.#child = fork(hostUrl, {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      ...(environment === undefined ? {} : { env: { ...environment } }),
    });
    this.#startTimer = setTimeout(
      () => this.kill(`it was not ready within ${settings.startTimeoutMs} ms`),
      settings.startTimeoutMs,
    );
    this.#watchTimer = setInterval(() => this.#watch(), settings.aliveIntervalMs);
    this.#child.on('message', (message) => this.#receive(message as HostMessage));
    this.#child.on('error', (error) => this.#failed(error));
    this.#child.on('exit', (code, signal) => this.#ended(`it ended with ${signal ?? code}`));
    this.#logLines(this.#child.stdout);
    this.#logLines(this.#child.stderr);
    this.send({ type: 'start', settings });
  }

  get processId(): number | undefined {
    return this.#child.pid;
  }

  /** What is sent to a process that is gone is dropped: its exit tells everybody who waits. */
  send(message: HostRequest): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Asks the process to end; kills it when it has not within `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#reason ??= 'it was closed';
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeoutMs);
    this.send({ type: 'close' });
    await this.#exited.promise;
    clearTimeout(timer);
  }

  #receive(message: HostMessage): void {
    this.#lastHeardMs = performance.now();
    this.#silentChecks = 0;
    switch (message.type) {
      case 'ready':
        clearTimeout(this.#startTimer);
        this.#isReady = true;
        this.#options.onReady(message.model);
        return;
      case 'load-failed':
        this.#reason ??= `the model could not be loaded: ${message.message}`;
        return;
      case 'alive':
        if (message.stepMs > this.#options.settings.requestStallMs) this.#killStalled();
        return;
      default:
        this.#options.onMessage(message);
        return;
    }
  }

  #watch(): void {
    // While it loads, the host's own thread is busy; the start has its own time limit.
    if (!this.#isReady) return;
    const silentMs = performance.now() - this.#lastHeardMs;
    if (silentMs <= this.#options.settings.requestStallMs) return;
    this.#silentChecks += 1;
    if (this.#silentChecks >= silentChecksMax) this.#killStalled();
  }

  #killStalled(): void {
    this.kill(`it did not finish a step within ${this.#options.settings.requestStallMs} ms`);
  }

  /** Without a process id it never started; otherwise a signal or message failed, and `exit` will tell. */
  #failed(error: Error): void {
    if (this.#child.pid === undefined) this.#ended(`it could not be started: ${error.message}`);
    else this.#options.logger.warn({ reason: error.message }, 'engine host did not take a message');
  }

  #ended(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#startTimer);
    clearInterval(this.#watchTimer);
    this.#exited.resolve();
    this.#options.onExit(this.#reason ?? reason);
  }

  #logLines(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      this.#options.logger.debug({ line: line.slice(0, logLineLengthMax) }, 'engine host');
    });
  }
}
