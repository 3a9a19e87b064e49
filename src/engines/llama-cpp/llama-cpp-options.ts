import { availableParallelism } from 'node:os';
import type { Clock, Logger } from '../../core/index.ts';
import type { GpuChoice, HostSettings } from './host-protocol.ts';

export interface LlamaCppOptions {
  readonly modelFile: string;
  /** The name that answers carry in `model`. */
  readonly modelName: string;
  /** Entry file of the host process; it must do nothing but call `runLlamaCppHost()`. */
  readonly hostUrl: URL;
  /** Entry file of the worker that compiles schemas; without one there are no tools and no JSON formats. */
  readonly grammarWorkerUrl?: URL;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Prompt and completion of one generation; lowered to what the model was trained with. */
  readonly contextTokens?: number;
  /** Generations at once. Memory grows with `contextTokens × sequences`. */
  readonly sequences?: number;
  readonly threads?: number;
  readonly gpu?: GpuChoice;
  /** Rows of one native batch, prompt chunks included. */
  readonly batchTokens?: number;
  /** The longest that one chunk of a prompt may keep the streams waiting that decode. */
  readonly prefillBudgetMs?: number;
  readonly startTimeoutMs?: number;
  /** A host that does not finish a step for this long is killed and started anew. */
  readonly requestStallMs?: number;
  /** A reader that takes nothing for this long, while text waits for it, is cut off. */
  readonly readerStallMs?: number;
  /** Hash of the model file where it is known; else its name, size and time stand for it. */
  readonly modelSha256?: string;
  /** Environment of the host process; undefined = that of this process. */
  readonly hostEnvironment?: Readonly<Record<string, string>>;
}

export interface LlamaCppSettings extends HostSettings {
  readonly startTimeoutMs: number;
  readonly requestStallMs: number;
  readonly readerStallMs: number;
}

const waitingMax = 256;
const aliveIntervalMsMax = 1_000;

export function resolveLlamaCppSettings(options: LlamaCppOptions): LlamaCppSettings {
  const requestStallMs = options.requestStallMs ?? 60_000;
  return {
    modelFile: options.modelFile,
    contextTokens: options.contextTokens ?? 4_096,
    sequences: options.sequences ?? 4,
    // One core stays free for the event loop: engine threads spin, and a preempted one stalls all.
    threads: options.threads ?? Math.max(1, availableParallelism() - 1),
    gpu: options.gpu ?? false,
    batchTokens: options.batchTokens ?? 512,
    prefillBudgetMs: options.prefillBudgetMs ?? 500,
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
    requestStallMs,
    readerStallMs: options.readerStallMs ?? 60_000,
    aliveIntervalMs: Math.min(aliveIntervalMsMax, Math.ceil(requestStallMs / 4)),
    waitingMax,
  };
}
