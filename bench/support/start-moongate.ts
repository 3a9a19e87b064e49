import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SpawnedProcess, spawnNode } from './spawn-pinned.ts';

const packageUrl = new URL('../../package.json', import.meta.url);
const { scripts } = JSON.parse(readFileSync(packageUrl, 'utf8')) as {
  readonly scripts: { readonly start: string };
};

/** The file that `npm start` gives to `node`. */
export const mainFile = fileURLToPath(new URL(scripts.start.split(' ')[1] ?? '', packageUrl));

export interface MoongateOptions {
  /** Holds data directory, model directory and log. */
  readonly directory: string;
  readonly core: number | undefined;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StartedMoongate {
  readonly process: SpawnedProcess;
  readonly url: string;
  /** Only of the first start on a directory. */
  readonly firstKey: string | undefined;
  readonly listeningAfterMs: number;
  readonly readyAfterMs: number;
}

export function moongateEnvironment(directory: string): Record<string, string> {
  mkdirSync(join(directory, 'models'), { recursive: true });
  return {
    MOONGATE_DATA_DIR: join(directory, 'data'),
    MOONGATE_MODEL_DIR: join(directory, 'models'),
    MOONGATE_PORT: '0',
    MOONGATE_ENGINE: 'scripted',
    MOONGATE_THREADS: '1',
  };
}

export function moongateLogFile(directory: string): string {
  return join(directory, 'moongate.log');
}

/** The whole server as a user starts it, as a child process; resolves when it can answer. */
export async function startMoongate(options: MoongateOptions): Promise<StartedMoongate> {
  const { directory, core } = options;
  const startedMs = performance.now();
  const child = spawnNode([mainFile, 'serve', '--json'], {
    core,
    environment: { ...moongateEnvironment(directory), ...options.environment },
    logFile: moongateLogFile(directory),
  });
  const listening = await child.line(({ event }) => event === 'listening');
  const listeningAfterMs = performance.now() - startedMs;
  await child.line(({ event }) => event === 'ready');
  return {
    process: child,
    url: String(listening.url),
    firstKey: listening.firstKey === undefined ? undefined : String(listening.firstKey),
    listeningAfterMs,
    readyAfterMs: performance.now() - startedMs,
  };
}
