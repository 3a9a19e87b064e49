import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type PackageToolOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly reason: string; readonly output: string };

export interface PackageToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Where the tool writes; its growth is the only sign of progress that every tool gives. */
  readonly workspace: string;
  readonly signal: AbortSignal;
  onGrowth(bytes: number): void;
}

const pollMs = 500;
const stallMsMax = 120_000;
const runMsMax = 3_600_000;
const killGraceMs = 2_000;
/** For the last words in the pipes; a grandchild may keep them open for as long as it likes. */
const pipeGraceMs = 300;
const outputCharactersMax = 8_192;
const reasonCharactersMax = 300;

/** Runs pip or uv without a shell. Rejects only with the reason of `signal`. */
export async function runPackageTool(run: PackageToolRun): Promise<PackageToolOutcome> {
  const limit = new AbortController();
  const signal = AbortSignal.any([run.signal, limit.signal]);
  const watch = watchGrowth(run, (reason) => limit.abort(reason));
  try {
    const { exitCode, output } = await waitForExit(run, signal);
    run.signal.throwIfAborted();
    if (limit.signal.aborted)
      return { kind: 'failed', reason: String(limit.signal.reason), output };
    if (exitCode === 'missing') return { kind: 'missing' };
    if (exitCode === 0) return { kind: 'done' };
    return { kind: 'failed', reason: shortReason(output, exitCode), output };
  } finally {
    clearInterval(watch);
  }
}

function waitForExit(
  run: PackageToolRun,
  signal: AbortSignal,
): Promise<{ exitCode: number | string | null; output: string }> {
  const child = spawn(run.command, run.args, {
    env: run.variables,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-outputCharactersMax);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let killTimer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), killGraceMs);
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return new Promise((resolve) => {
    const settle = (exitCode: number | string | null) => {
      clearTimeout(killTimer);
      signal.removeEventListener('abort', stop);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ exitCode, output });
    };
    child.once('error', () => settle('missing'));
    child.once('close', (code, killedBy) => settle(code ?? killedBy));
    child.once('exit', (code, killedBy) => setTimeout(settle, pipeGraceMs, code ?? killedBy));
  });
}

function watchGrowth(run: PackageToolRun, giveUp: (reason: string) => void): NodeJS.Timeout {
  let largest = 0;
  let grownAtMs = performance.now();
  const startedAtMs = grownAtMs;
  return setInterval(async () => {
    const bytes = await sizeOf(run.workspace);
    const nowMs = performance.now();
    if (bytes > largest) {
      largest = bytes;
      grownAtMs = nowMs;
    }
    run.onGrowth(largest);
    if (nowMs - grownAtMs > stallMsMax) giveUp(`brought nothing for ${stallMsMax / 1000} s`);
    if (nowMs - startedAtMs > runMsMax) giveUp(`did not end within ${runMsMax / 60_000} minutes`);
  }, pollMs);
}

/** The largest single file: package tools keep a second copy while they work. */
async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (stats) => stats.size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** The last two lines, without addresses: these may carry the credentials of a private index. */
function shortReason(output: string, exitCode: number | string | null): string {
  const lines = output
    .replaceAll(/\b([a-z]+:\/\/)(?:[^\s/]*@)?([^\s/'",)]+)[^\s'",)]*/gi, '$1$2')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = lines.slice(-2).join(' ').slice(0, reasonCharactersMax);
  return text === '' ? `ended with ${exitCode}` : text;
}
