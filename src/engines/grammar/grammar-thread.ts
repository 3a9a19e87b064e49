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

interface StartedWorker {
  readonly worker: Worker;
  readonly isReady: Promise<GrammarReply | 'gone' | 'late'>;
}

/** A schema of 64 KiB needs a few megabytes; what needs more is an attack and takes only the thread down. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32 };

export function createGrammarThread(options: GrammarThreadOptions): GrammarThread {
  const { workerUrl, timeoutMs, startTimeoutMs } = options;
  let isClosed = false;
  let current: StartedWorker | undefined = start();
  const terminations = new Set<Promise<unknown>>();

  function start(): StartedWorker {
    const worker = new Worker(workerUrl, { name: 'grammar', resourceLimits });
    // A schema is no reason to keep a process alive that has nothing else to do.
    worker.unref();
    return { worker, isReady: nextReply(worker, startTimeoutMs) };
  }

  /** Whoever has waited long enough gets an answer first; ending and starting threads comes after it. */
  const replace = ({ worker }: StartedWorker) => {
    current = undefined;
    const termination = worker.terminate();
    terminations.add(termination);
    termination.finally(() => terminations.delete(termination));
    setImmediate(() => {
      if (!isClosed) current ??= start();
    });
  };

  return {
    async run(call) {
      current ??= start();
      const started = current;
      const first = await started.isReady;
      if (first === 'gone' || first === 'late') {
        replace(started);
        return 'unavailable';
      }
      invariant(first.kind === 'ready', 'a grammar worker says first that it is ready');
      started.worker.postMessage(call);
      const reply = await nextReply(started.worker, timeoutMs);
      if (reply !== 'gone' && reply !== 'late') return reply;
      replace(started);
      return 'timeout';
    },
    async close() {
      isClosed = true;
      await Promise.all([current?.worker.terminate(), ...terminations]);
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
