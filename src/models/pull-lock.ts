import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fileErrorCode } from './model-files.ts';

/** Makes sure that one process at a time writes the files of a model, on a shared disk too. */
export interface PullLock {
  /** Aborts when another process has taken the lock over, e.g. after this one was suspended. */
  readonly lost: AbortSignal;
  /** Throws when the lock was lost; called right before a file is moved into its place. */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

const pollMs = 200;
const heartbeatMs = 1_000;
/** A holder that lives touches its lock every second; one that is silent for so long is dead. */
const silenceMsMax = 15_000;
/** Longer than any download anybody waits for. */
const waitMsMax = 12 * 3_600_000;

/** Waits while another process holds the lock; `onWait` is called at each look. */
export async function acquirePullLock(
  path: string,
  signal: AbortSignal,
  onWait: () => Promise<void>,
): Promise<PullLock> {
  const holder: Holder = { token: randomUUID(), pid: process.pid, host: hostname() };
  for (let waitedMs = 0; waitedMs < waitMsMax; waitedMs += pollMs) {
    signal.throwIfAborted();
    if (await tryCreate(path, holder)) return holdLock(path, holder.token);
    await removeStale(path);
    await onWait();
    await pause(pollMs, undefined, { signal });
  }
  throw new Error(`Another process has been fetching this model for too long: remove ${path}.`);
}

/** Is a living process fetching this model now? */
export async function isPullLocked(path: string): Promise<boolean> {
  await removeStale(path);
  return (await readLock(path)) !== undefined;
}

async function tryCreate(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function holdLock(path: string, token: string): PullLock {
  const lost = new AbortController();
  const isHeld = async () => (await readLock(path))?.text.includes(token) ?? false;
  const loss = () => new Error('Another process has taken over fetching this model.');
  const beat = async () => {
    if (!(await isHeld())) lost.abort(loss());
    else await utimes(path, new Date(), new Date()).catch(() => undefined);
  };
  const timer = setInterval(() => void beat(), heartbeatMs);
  return {
    lost: lost.signal,
    async assertHeld() {
      if (!(await isHeld())) throw loss();
    },
    async release() {
      clearInterval(timer);
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

async function readLock(path: string): Promise<{ text: string; touchedMs: number } | undefined> {
  try {
    const [text, stats] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { text, touchedMs: stats.mtimeMs };
  } catch {
    return undefined;
  }
}

async function removeStale(path: string): Promise<void> {
  const seen = await readLock(path);
  if (seen === undefined || !isStale(seen.text, seen.touchedMs)) return;
  // Renamed first: between the look and the removal another process may have made a lock of its own.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readLock(aside))?.text !== seen.text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

function isStale(text: string, touchedMs: number): boolean {
  if (Date.now() - touchedMs > silenceMsMax) return true;
  const holder = parseHolder(text);
  // The name of the machine guards against process numbers of another one on a shared disk.
  return holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> = JSON.parse(text);
    const { token = '', pid, host } = value;
    return typeof pid === 'number' && typeof host === 'string' ? { token, pid, host } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) === 'EPERM';
  }
}
