import { Worker } from 'node:worker_threads';
import { invariant } from '../../core/index.ts';
import type { GrammarCall, GrammarReply } from './grammar-message.ts';

/** One worker thread and, after it was killed, the next one. Runs one call at a time. */
export interface GrammarThread {
  /** `timeout`: it was killed, and its successor starts at once. `unavailable`: it does not start. */
  run(call: GrammarCall): Promise<GrammarReply | 'timeout' | 'unavailable'>;
  close(): Promise<void>;
}

export interface GrammarThreadOptions {
  readonly workerUrl: URL;
  /** For one call, without the start of the thread. */
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
}

/** A schema of 64 KiB needs a few megabytes; what needs more is an attack and takes only the thread down. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 };

export function createGrammarThread(options: GrammarThreadOptions): GrammarThread {
  const { workerUrl, timeoutMs, startTimeoutMs } = options;
  let isClosed = false;
  let current = start();

  function start() {
    const worker = new Worker(workerUrl, { name: 'grammar', resourceLimits });
    // A schema is no reason to keep a process alive that has nothing else to do.
    worker.unref();
    return { worker, isReady: nextReply(worker, startTimeoutMs) };
  }

  const replace = async () => {
    const { worker } = current;
    if (!isClosed) current = start();
    await worker.terminate();
  };

  return {
    async run(call) {
      const { worker, isReady } = current;
      const first = await isReady;
      if (first === 'gone' || first === 'late') {
        await replace();
        return 'unavailable';
      }
      invariant(first.kind === 'ready', 'a grammar worker says first that it is ready');
      worker.postMessage(call);
      const reply = await nextReply(worker, timeoutMs);
      if (reply !== 'gone' && reply !== 'late') return reply;
      await replace();
      return 'timeout';
    },
    async close() {
      isClosed = true;
      await current.worker.terminate();
    },
  };
}

/** `gone`: the thread has ended, e.g. because it ran out of memory; `late`: it has not answered in time. */
function nextReply(worker: Worker, withinMs: number): Promise<GrammarReply | 'gone' | 'late'> {
  return new Promise((resolve) => {
    const finish = (reply: GrammarReply | 'gone' | 'late') => {
      clearTimeout(timer);
      worker.off('message', finish);
      worker.off('exit', onExit);
      resolve(reply);
    };
    const onExit = () => finish('gone');
    const timer = setTimeout(finish, withinMs, 'late');
    worker.on('message', finish);
    worker.on('exit', onExit);
    // Without a listener an error in the thread would end this process; the exit follows anyway.
    if (worker.listenerCount('error') === 0) worker.on('error', () => undefined);
  });
}
