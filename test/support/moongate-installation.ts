import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MoongateProcess, mainFile } from './moongate-process.ts';
import { type ProgramResult, runProgram, successfulOutput } from './run-program.ts';

/** Where clean-up is registered: a test's context, or what a proof keeps for itself. */
export interface CleanUpScope {
  after(cleanUp: () => Promise<void>): void;
}

export type Environment = Readonly<Record<string, string>>;

/** Directories and settings of one Moongate, whether its server runs or not. */
export interface Installation {
  readonly dataDirectory: string;
  readonly environment: Environment;
  /** Starts a server and waits until it listens; it is killed at the end of the scope. */
  serve(...words: readonly string[]): Promise<MoongateProcess>;
  /** The same, with standard error in an open file. */
  serveWithErrorsTo(errorDescriptor: number): Promise<MoongateProcess>;
  command(...words: readonly string[]): Promise<ProgramResult>;
  /** Runs a command with `--json` that must succeed, and resolves to what it printed. */
  ask<Answer>(...words: readonly string[]): Promise<Answer>;
}

/** Temporary directories, removed at the end of the scope; `environment` is put over the defaults. */
export async function createInstallation(
  scope: CleanUpScope,
  environment: Environment = {},
): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), 'moongate-e2e-'));
  const running = new Set<MoongateProcess>();
  scope.after(async () => {
    await Promise.all([...running].filter(({ hasEnded }) => !hasEnded).map((one) => one.kill()));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const dataDirectory = join(directory, 'data');
  const all: Environment = {
    ...neutralEnvironment(),
    HOME: directory,
    MOONGATE_DATA_DIR: dataDirectory,
    MOONGATE_MODEL_DIR: join(directory, 'models'),
    MOONGATE_PORT: '0',
    MOONGATE_LOG_LEVEL: 'warn',
    MOONGATE_THREADS: '1',
    MOONGATE_GPU: 'off',
    ...environment,
  };
  const command = (...words: readonly string[]) =>
    runProgram(process.execPath, [mainFile, ...words], { environment: all });
  const started = async (server: MoongateProcess) => {
    running.add(server);
    await server.listening();
    return server;
  };
  return {
    dataDirectory,
    environment: all,
    serve: (...words) => started(new MoongateProcess(all, words)),
    serveWithErrorsTo: (errorDescriptor) => started(new MoongateProcess(all, [], errorDescriptor)),
    command,
    async ask<Answer>(...words: readonly string[]) {
      return JSON.parse(successfulOutput(await command(...words, '--json'))) as Answer;
    },
  };
}

/** This process's environment without what would steer Moongate or tell a child that it is a test. */
export function neutralEnvironment(): Environment {
  const isForeign = (name: string) => !/^(MOONGATE_|MOONSHOT_|HF_|NODE_TEST_)/.test(name);
  const pairs = Object.entries(process.env).filter(([name]) => isForeign(name));
  return Object.fromEntries(pairs.map(([name, value]) => [name, value ?? '']));
}
