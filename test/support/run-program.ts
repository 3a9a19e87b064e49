import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface ProgramOptions {
  /** The whole environment; what is not here is not inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly timeoutMs?: number;
  /** Bytes for standard input, which is empty when absent. */
  readonly input?: string;
}

export interface ProgramResult {
  /** null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errorOutput: string;
  readonly elapsedMs: number;
}

const defaultTimeoutMs = 60_000;

/** Runs a program to its end. One that takes too long is killed: `signal` is SIGKILL then. */
export async function runProgram(
  file: string,
  words: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const startedMs = performance.now();
  const child = spawn(file, words, {
    env: options.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    killSignal: 'SIGKILL',
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
  });
  const ended = new Promise<Pick<ProgramResult, 'status' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
  // A program that does not read its input closes it early; how it ends is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [how, output, errorOutput] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { ...how, output, errorOutput, elapsedMs: Math.round(performance.now() - startedMs) };
}

/** The standard output of a program that must succeed. */
export function successfulOutput(result: ProgramResult): string {
  const { status, signal, errorOutput } = result;
  assert.equal(
    status,
    0,
    `ended with ${signal ?? status} after ${result.elapsedMs} ms: ${errorOutput}`,
  );
  return result.output;
}
