import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { invariant, PlatformError } from '../../core/index.ts';
import type { GrammarResult } from './compile-json-schema.ts';
import type { GrammarCall, GrammarReply } from './grammar-message.ts';
import { createGrammarThread, type GrammarThread } from './grammar-thread.ts';
import { schemaText } from './outline-schema.ts';
import { defaultSchemaLimits } from './schema-limits.ts';
import type { Validation } from './validate-against-schema.ts';

export interface GrammarCompilerOptions {
  /** Entry file of the worker threads; it calls `runGrammarWorker`. */
  readonly workerUrl: URL;
  /** For one schema; a worker that needs longer is killed and replaced. */
  readonly timeoutMs?: number;
  readonly startTimeoutMs?: number;
  readonly workers?: number;
  /** Jobs that wait for a worker; more are turned away. */
  readonly waitingMax?: number;
  /** Compiled grammars kept, in characters of their text. */
  readonly cachedCharactersMax?: number;
}

export interface CompileJob {
  readonly schema: unknown;
  readonly isStrict: boolean;
  /** See `SchemaOptions.rulePrefix`. */
  readonly rulePrefix?: string;
}

export interface ValidateJob {
  readonly schema: unknown;
  /** JSON text, as a model wrote it. */
  readonly text: string;
}

/** Schemas of strangers, off the event loop and bounded in time and memory. */
export interface GrammarCompiler {
  /** Throws PlatformError `engine/overloaded` when too many wait, `engine/unavailable` when no worker starts. */
  compile(job: CompileJob): Promise<GrammarResult>;
  /** `unchecked`: the check itself took too long. Throws as `compile` does. */
  validate(job: ValidateJob): Promise<Validation | { readonly kind: 'unchecked' }>;
  /** Ends the workers; what still waits ends with PlatformError `server/shutting-down`. */
  close(): Promise<void>;
}

/** Refusals are kept for a while only: a busy machine may have been the reason. */
const refusalsKeptMs = 60_000;

export function createGrammarCompiler(options: GrammarCompilerOptions): GrammarCompiler {
  const queue = createThreadQueue(options);
  const cache = new LRUCache<string, GrammarResult>({
    maxSize: options.cachedCharactersMax ?? 16 * 1024 * 1024,
    sizeCalculation: (result) => (result.kind === 'compiled' ? result.gbnf.length + 1000 : 1000),
  });
  const running = new Map<string, Promise<GrammarResult>>();

  const compileOnce = async (key: string, call: GrammarCall): Promise<GrammarResult> => {
    const reply = await queue.run(call);
    if (reply === 'timeout') return remember(key, tooSlow);
    invariant(reply.kind === 'compiled', 'a compile call is answered with a result');
    return remember(key, reply.result);
  };
  const remember = (key: string, result: GrammarResult) => {
    cache.set(key, result, result.kind === 'refused' ? { ttl: refusalsKeptMs } : {});
    return result;
  };

  return {
    async compile({ schema, isStrict, rulePrefix = '' }) {
      const text = boundedText(schema);
      if (text === undefined) return tooLarge;
      const key = createHash('sha256').update(`${isStrict} ${rulePrefix} ${text}`).digest('base64');
      const known = cache.get(key) ?? running.get(key);
      if (known !== undefined) return known;
      const call = { kind: 'compile', schemaText: text, isStrict, rulePrefix } as const;
      const result = compileOnce(key, call).finally(() => running.delete(key));
      running.set(key, result);
      return result;
    },
    async validate({ schema, text: valueText }) {
      const text = boundedText(schema);
      if (text === undefined) return { kind: 'unchecked' };
      const reply = await queue.run({ kind: 'validate', schemaText: text, valueText });
      if (reply === 'timeout') return { kind: 'unchecked' };
      invariant(reply.kind === 'validated', 'a validate call is answered with a result');
      return reply.result;
    },
    close: () => queue.close(),
  };
}

interface ThreadQueue {
  run(call: GrammarCall): Promise<GrammarReply | 'timeout'>;
  close(): Promise<void>;
}

function createThreadQueue(options: GrammarCompilerOptions): ThreadQueue {
  const { workerUrl, timeoutMs = 250, startTimeoutMs = 10_000, workers = 1 } = options;
  const { waitingMax = 100 } = options;
  const threads = Array.from({ length: workers }, () =>
    createGrammarThread({ workerUrl, timeoutMs, startTimeoutMs }),
  );
  const idle = [...threads];
  const waiting: PromiseWithResolvers<GrammarThread>[] = [];
  let isClosed = false;

  const acquire = (): Promise<GrammarThread> => {
    if (isClosed) throw closedError();
    const thread = idle.pop();
    if (thread !== undefined) return Promise.resolve(thread);
    if (waiting.length >= waitingMax) {
      const message = 'Too many schemas are being compiled at the moment. Try again in a second.';
      throw new PlatformError('engine/overloaded', message, { retryAfterSeconds: 1 });
    }
    const turn = Promise.withResolvers<GrammarThread>();
    waiting.push(turn);
    return turn.promise;
  };
  const release = (thread: GrammarThread) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next.resolve(thread);
  };

  return {
    async run(call) {
      const thread = await acquire();
      try {
        const reply = await thread.run(call);
        if (isClosed) throw closedError();
        if (reply === 'unavailable') {
          const message = 'Schemas cannot be compiled at the moment. Try again in a few seconds.';
          throw new PlatformError('engine/unavailable', message);
        }
        if (reply === 'timeout') return reply;
        invariant(reply.kind !== 'failed', describeFailure(reply));
        return reply;
      } finally {
        release(thread);
      }
    },
    async close() {
      isClosed = true;
      for (const turn of waiting.splice(0)) turn.reject(closedError());
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function describeFailure(reply: GrammarReply): string {
  return reply.kind === 'failed' ? `the grammar worker failed: ${reply.description}` : '';
}

function closedError(): PlatformError {
  return new PlatformError('server/shutting-down', 'The server is shutting down.');
}

/** Measured before the worker sees it, because what is posted is copied. */
function boundedText(schema: unknown): string | undefined {
  const text = schemaText(schema);
  const isBounded = text !== undefined && text.length <= defaultSchemaLimits.schemaBytesMax;
  return isBounded ? text : undefined;
}

const tooLarge: GrammarResult = {
  kind: 'refused',
  keyword: 'schema',
  path: '',
  message: `The schema is larger than ${defaultSchemaLimits.schemaBytesMax} bytes of JSON.`,
};

const tooSlow: GrammarResult = {
  kind: 'refused',
  keyword: 'schema',
  path: '',
  message: 'The schema took too long to compile: use fewer alternatives, or simpler patterns.',
};
