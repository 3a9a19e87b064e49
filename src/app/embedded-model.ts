import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, resolve } from 'node:path';
import type { Clock, Logger } from '../core/index.ts';
import type { Egress } from '../egress/index.ts';
import { createLlamaCppEngine, createScriptedEngine, type Engine } from '../engines/index.ts';
import {
  type Catalogue,
  chooseDefaultModel,
  createCatalogue,
  type EmbeddedModel as EmbeddedModelDetails,
  freeDiskBytes,
  isHubReachable,
  type ModelEntry,
  ModelPullError,
  type PullEnvironment,
  type PullProgress,
  pullModel,
} from '../models/index.ts';
import type { Config } from './config/config-schema.ts';

export interface EmbeddedModelParts {
  readonly config: Config;
  readonly modelDirectory: string;
  readonly pullEnvironment: PullEnvironment;
  readonly egress: Egress;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onProgress: (progress: PullProgress) => void;
}

export interface StartedModel {
  readonly engine: Engine;
  readonly details: EmbeddedModelDetails;
  /** False while its host is being restarted. */
  isReady(): boolean;
}

const hostUrl = entryUrl('engine-host');
const grammarWorkerUrl = entryUrl('grammar-worker');

function entryUrl(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

/** Finds or fetches the model file, starts its engine and waits until it can answer; undefined when none is wanted. */
export async function startEmbeddedModel(
  parts: EmbeddedModelParts,
  signal: AbortSignal,
): Promise<StartedModel | undefined> {
  const { config } = parts;
  if (config.engine.kind === 'none') return undefined;
  if (config.engine.kind === 'scripted') return startScripted(config);
  const located = await locateModel(parts, signal);
  const engine = createLlamaCppEngine({
    modelFile: located.file,
    modelName: located.entry.id,
    hostUrl,
    grammarWorkerUrl,
    logger: parts.logger,
    clock: parts.clock,
    contextTokens: config.engine.contextTokens || located.entry.contextTokens,
    sequences: config.engine.sequences,
    ...(config.engine.threads > 0 ? { threads: config.engine.threads } : {}),
    gpu: config.engine.gpu === 'auto' ? 'auto' : false,
    batchTokens: config.engine.batchTokens,
    prefillBudgetMs: config.engine.prefillBudgetMs,
    startTimeoutMs: config.engine.startTimeoutMs,
    requestStallMs: config.engine.stallTimeoutMs,
    ...(located.sha256 === undefined ? {} : { modelSha256: located.sha256 }),
  });
  try {
    await unlessAborted(engine.ready(), signal);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return {
    engine,
    details: detailsOf(located.entry, engine),
    isReady: () => engine.state().status === 'ready',
  };
}

/** A model that loads takes seconds, in which nobody who stops the server should wait. */
async function unlessAborted(ready: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([ready, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface LocatedModel {
  readonly entry: ModelEntry;
  readonly file: string;
  readonly sha256: string | undefined;
}

async function locateModel(parts: EmbeddedModelParts, signal: AbortSignal): Promise<LocatedModel> {
  const wanted = parts.config.models.embedded;
  if (wanted.endsWith('.gguf') || existsSync(wanted)) {
    const file = resolve(wanted);
    if (!existsSync(file)) throw new Error(`There is no model file ${file}; check MOONGATE_MODEL.`);
    return { entry: entryOfFile(file), file, sha256: undefined };
  }
  const catalogue = createCatalogue();
  if (wanted !== '') return pull(parts, entryNamed(catalogue, wanted), signal);
  const { entry, reason } = await chooseDefaultModel({
    catalogue,
    directory: parts.modelDirectory,
    ramBytes: totalmem(),
    freeDiskBytes: await freeDiskBytes(parts.modelDirectory),
    hubReachable: () =>
      isHubReachable(catalogue.recommended, {
        egress: parts.egress,
        environment: parts.pullEnvironment,
        signal,
      }),
  });
  try {
    return await pull(parts, entry, signal);
  } catch (error) {
    if (!(error instanceof ModelPullError) || reason !== 'recommended') throw error;
    parts.logger.warn(
      { error, model: entry.id },
      'the recommended model cannot be had; taking the smallest',
    );
    return pull(parts, catalogue.floor, signal);
  }
}

async function pull(
  parts: EmbeddedModelParts,
  entry: ModelEntry,
  signal: AbortSignal,
): Promise<LocatedModel> {
  const { file, sha256 } = await pullModel({
    entry,
    directory: parts.modelDirectory,
    environment: parts.pullEnvironment,
    egress: parts.egress,
    onProgress: parts.onProgress,
    signal,
    clock: parts.clock,
  });
  return { entry, file, sha256 };
}

function entryNamed(catalogue: Catalogue, id: string): ModelEntry {
  const entry = catalogue.find(id);
  if (entry !== undefined) return entry;
  const known = catalogue.entries.map((each) => each.id).join(', ');
  throw new Error(`MOONGATE_MODEL names no file and no catalogue entry: ${id}. Known: ${known}.`);
}

const customContextTokens = 8_192;

function entryOfFile(file: string): ModelEntry {
  const fileName = basename(file);
  const id = fileName.replace(/\.gguf$/i, '').toLowerCase();
  return {
    id,
    displayName: id,
    description: 'A model file of the operator.',
    developer: 'local',
    licence: 'unknown',
    fileName,
    sizeBytes: 0,
    sha256: undefined,
    ramBytesMin: 0,
    contextTokens: customContextTokens,
    sources: [{ kind: 'file', path: file }],
  };
}

function detailsOf(entry: ModelEntry, engine: Engine): EmbeddedModelDetails {
  const description = engine.describe();
  return {
    id: description.modelName,
    displayName: entry.displayName,
    description: entry.description,
    developer: entry.developer,
    contextTokens: description.contextTokens,
    capabilities: {
      tools: description.supportsTools,
      images: description.supportsImages,
      logprobs: description.supportsLogprobs,
      structuredOutput: description.supportsStructuredOutput,
      reasoning: description.supportsReasoning,
    },
  };
}

function startScripted(config: Config): StartedModel {
  const engine = createScriptedEngine({
    sequences: config.engine.sequences,
    ...(config.engine.contextTokens > 0 ? { contextTokens: config.engine.contextTokens } : {}),
  });
  const entry = {
    ...entryOfFile('scripted'),
    displayName: 'Scripted',
    description: 'Made-up words, for trying out clients.',
  };
  return { engine, details: detailsOf(entry, engine), isReady: () => true };
}
