import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { neutralEnvironment } from './moongate-installation.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

const packages = ['openai==3.54.0', 'requests==2.34.2'];
const installTimeoutMs = 300_000;
const cacheDirectory = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly python: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** A Python with the official client, installed once a checkout. In CI a missing one is an error, never a skip. */
export async function preparePython(): Promise<PythonEnvironment> {
  const made = await makeEnvironment();
  if (made.kind === 'missing' && process.env.CI === 'true') throw new Error(made.reason);
  return made;
}

async function makeEnvironment(): Promise<PythonEnvironment> {
  const name = `moongate-python-${packages.join('-').replaceAll('==', '-')}`;
  const directory = join(cacheDirectory, name);
  const ready = { kind: 'ready', python: join(directory, 'bin', 'python') } as const;
  if (existsSync(directory)) return ready;
  await mkdir(cacheDirectory, { recursive: true });
  // Made aside and moved into place whole: a half-installed one, or another test at work, does no harm.
  const draft = `${directory}.${process.pid}`;
  try {
    const failure =
      (await failureOf('python3', ['-m', 'venv', draft])) ??
      (await failureOf(join(draft, 'bin', 'python'), ['-m', 'pip', 'install', ...packages]));
    if (failure !== undefined) return { kind: 'missing', reason: failure };
    await rename(draft, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
    return ready;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** undefined when it worked. */
async function failureOf(file: string, words: readonly string[]): Promise<string | undefined> {
  const command = `${file} ${words.join(' ')}`;
  let result: ProgramResult;
  try {
    result = await runProgram(file, words, {
      environment: neutralEnvironment(),
      timeoutMs: installTimeoutMs,
    });
  } catch (error) {
    return `THE PYTHON CLIENTS WERE NOT TESTED: ${command}: ${String(error)}`;
  }
  if (result.status === 0) return undefined;
  return `THE PYTHON CLIENTS WERE NOT TESTED: ${command}: ${result.errorOutput.slice(-500)}`;
}
