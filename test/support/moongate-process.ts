import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface ServeEvent {
  readonly event: string;
  readonly url?: string;
  readonly firstKey?: string;
  readonly model?: string;
  readonly message?: string;
}

type EventName = 'listening' | 'ready' | 'stopping';

const eventTimeoutMs = 60_000;
const exitTimeoutMs = 60_000;
const errorCharactersMax = 1_000_000;

/** One life of `serve --json`. Waiting for anything has a time limit, and its error shows what the server wrote. */
export class MoongateProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<ProcessEnd>;
  readonly #events = new Map<string, ServeEvent>();
  readonly #waiting = new Set<() => void>();
  #end: ProcessEnd | undefined;
  #errorOutput = '';
  #url = '';

  /** `errorDescriptor`: an open file that takes standard error instead of `errorOutput`. */
  constructor(
    environment: Readonly<Record<string, string>>,
    words: readonly string[] = [],
    errorDescriptor?: number,
  ) {
    const child = spawn(process.execPath, [mainFile, 'serve', '--json', ...words], {
      env: environment,
      stdio: ['ignore', 'pipe', errorDescriptor ?? 'pipe'],
    });
    this.#child = child;
    this.#ended = once(child, 'close').then(([status, signal]) => {
      this.#end = { status, signal };
      this.#wake();
      return this.#end;
    });
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorOutput = (this.#errorOutput + text).slice(-errorCharactersMax);
    });
  }

  /** Resolves when the address is taken. */
  async listening(): Promise<void> {
    this.#url = (await this.#event('listening')).url ?? '';
  }

  /** Resolves to the name of the model that answers. */
  async ready(): Promise<string> {
    return (await this.#event('ready')).model ?? '';
  }

  async stopping(): Promise<void> {
    await this.#event('stopping');
  }

  get url(): string {
    return this.#url;
  }

  get processId(): number {
    if (this.#child.pid === undefined) throw new Error('the server process did not start');
    return this.#child.pid;
  }

  /** Only the first start of a data directory shows one. */
  get firstKey(): string | undefined {
    return this.#events.get('listening')?.firstKey;
  }

  get errorOutput(): string {
    return this.#errorOutput;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** What a program does that read the log and ended. */
  closeErrorReader(): void {
    this.#child.stderr?.destroy();
  }

  /** What a program does that reads the log and has fallen asleep. */
  pauseErrorReader(): void {
    this.#child.stderr?.pause();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async ended(): Promise<ProcessEnd> {
    return await this.#within(this.#ended, exitTimeoutMs, 'did not end');
  }

  kill(): Promise<ProcessEnd> {
    this.signal('SIGKILL');
    return this.ended();
  }

  stop(): Promise<ProcessEnd> {
    this.signal('SIGTERM');
    return this.ended();
  }

  #read(line: string): void {
    const event = JSON.parse(line) as ServeEvent;
    this.#events.set(event.event, event);
    this.#wake();
  }

  #wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }

  #event(name: EventName): Promise<ServeEvent> {
    const arrived = new Promise<ServeEvent>((resolve, reject) => {
      const look = () => {
        const event = this.#events.get(name);
        const failed = this.#events.get('model-failed');
        if (event !== undefined) resolve(event);
        else if (this.#end !== undefined) reject(this.#failure(`ended before "${name}"`));
        else if (name === 'ready' && failed !== undefined) {
          reject(this.#failure(`has no model: ${failed.message}`));
        } else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
    return this.#within(arrived, eventTimeoutMs, `did not say "${name}"`);
  }

  async #within<Value>(promise: Promise<Value>, timeoutMs: number, what: string): Promise<Value> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(this.#failure(`${what} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      return await Promise.race([promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(what: string): Error {
    const how = this.#end === undefined ? '' : ` (${this.#end.signal ?? this.#end.status})`;
    return new Error(`The server ${what}${how}. It wrote:\n${this.#errorOutput}`);
  }
}
