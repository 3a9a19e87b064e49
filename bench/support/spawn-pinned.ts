import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';

export interface PinnedOptions {
  /** The core that the process may use; undefined = all. */
  readonly core: number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** Standard error goes here, so that log lines are really written. */
  readonly logFile: string;
}

export interface SpawnedProcess {
  readonly id: number;
  /** Each line that the process writes to standard output is JSON; resolves to the next that fits. */
  line(fits: (value: JsonLine) => boolean, timeoutMs?: number): Promise<JsonLine>;
  /** Resolves to the exit status. */
  exited(timeoutMs?: number): Promise<number | null>;
  /** SIGTERM, then SIGKILL when that does not help. */
  stop(): Promise<void>;
}

export type JsonLine = Readonly<Record<string, unknown>>;

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
const linesMax = 1_000;
const hasTaskset = spawnSync('taskset', ['--version']).error === undefined;

// A bench that is interrupted must leave no server behind: only `exit` handlers kill the children.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1));
}

/** Server on one core, load on another: only where the machine has both, and `taskset`. */
export const canPin = hasTaskset && availableParallelism() >= 2;
export const serverCore = canPin ? 0 : undefined;
const loadCore = canPin ? 1 : undefined;

/** Moves this process, with the threads that it has, off the core of the servers. */
export function pinLoadGenerator(): void {
  if (loadCore === undefined) return;
  spawnSync('taskset', ['-acp', String(loadCore), String(process.pid)]);
}

/** Runs `node` with these arguments. The child dies with this process at the latest. */
export function spawnNode(words: readonly string[], options: PinnedOptions): SpawnedProcess {
  const { core, environment = {}, logFile } = options;
  const node = [process.execPath, ...words];
  const [command = '', ...rest] = core === undefined ? node : ['taskset', '-c', `${core}`, ...node];
  const child = spawn(command, rest, {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exit = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', (status) => {
      process.off('exit', kill);
      resolve(status);
    });
  });
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const exited = (timeoutMs = stopTimeoutMs) => within(exit, timeoutMs, `end of ${words[0]}`);
  return {
    id: child.pid,
    line: createLineReader(child, exit, logFile),
    exited,
    async stop() {
      child.kill('SIGTERM');
      await exited().catch(() => child.kill('SIGKILL'));
    },
  };
}

function createLineReader(
  child: ChildProcess,
  exit: Promise<number | null>,
  logFile: string,
): SpawnedProcess['line'] {
  const lines: JsonLine[] = [];
  let onLine = () => {};
  if (child.stdout === null) throw new Error('standard output is a pipe');
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (!text.startsWith('{') || lines.length >= linesMax) return;
    lines.push(JSON.parse(text) as JsonLine);
    onLine();
  });
  return (fits, timeoutMs = startTimeoutMs) => {
    const found = new Promise<JsonLine>((resolve, reject) => {
      onLine = () => {
        const line = lines.find(fits);
        if (line !== undefined) resolve(line);
      };
      void exit.then((status) =>
        reject(new Error(`the process ended with ${status}; see ${logFile}`)),
      );
      onLine();
    });
    return within(found, timeoutMs, 'a line of the process');
  };
}

async function within<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  what: string,
): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`waited ${timeoutMs} ms for the ${what}`)),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
