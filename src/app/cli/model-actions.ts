import { resolve } from 'node:path';
import { systemClock } from '../../core/index.ts';
import {
  createCatalogue,
  listModels,
  type ModelEntry,
  pullModel,
  readPullEnvironment,
  removeModel,
  withOwnSource,
} from '../../models/index.ts';
import { createDownloadEgress } from '../create-download-egress.ts';
import { modelDirectoryOf } from '../open-data-directory.ts';
import {
  type CommandContext,
  type CommonOptions,
  loadCommandConfig,
  printJson,
} from './command-context.ts';
import { createProgressPrinter } from './print-progress.ts';

export interface PullCommandOptions extends CommonOptions {
  readonly from?: string;
}

export async function listModelFiles(
  context: CommandContext,
  options: CommonOptions,
): Promise<void> {
  const { config } = await loadCommandConfig(context, options);
  const models = await listModels(
    createCatalogue(),
    modelDirectoryOf(config),
    config.models.embedded,
  );
  if (options.json === true) {
    return printJson(
      context,
      models.map(({ entry, ...rest }) => ({ id: entry.id, licence: entry.licence, ...rest })),
    );
  }
  for (const { entry, isInstalled, partialBytes } of models) {
    const megabytes = Math.round(entry.sizeBytes / 1e6);
    const state = isInstalled ? 'on disk' : partialBytes > 0 ? 'partly here' : '';
    context.out(
      `${entry.id.padEnd(24)} ${String(megabytes).padStart(6)} MB  ${state.padEnd(12)} ${entry.description}`,
    );
  }
}

export async function pullModelFile(
  context: CommandContext,
  options: PullCommandOptions,
  id: string | undefined,
): Promise<void> {
  const { config } = await loadCommandConfig(context, options);
  const known = id === undefined ? createCatalogue().floor : findEntry(id);
  const entry =
    options.from === undefined
      ? known
      : withOwnSource(known, fromWhereTyped(context, options.from));
  const egress = createDownloadEgress(context.environment);
  const abort = new AbortController();
  const stop = () =>
    abort.abort(new Error('Stopped; the next pull continues where this one ended.'));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const progress = createProgressPrinter(context);
  try {
    const pulled = await pullModel({
      entry,
      directory: modelDirectoryOf(config),
      environment: readPullEnvironment(context.environment),
      egress,
      onProgress: progress.report,
      signal: abort.signal,
      clock: systemClock,
    });
    progress.end();
    if (options.json === true) return printJson(context, { id: entry.id, ...pulled });
    context.out(`${entry.id} is ready: ${pulled.file} (from ${pulled.source})`);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    progress.end();
    await egress.close();
  }
}

export async function removeModelFile(
  context: CommandContext,
  options: CommonOptions,
  id: string,
): Promise<void> {
  const { config } = await loadCommandConfig(context, options);
  const outcome = await removeModel(findEntry(id), modelDirectoryOf(config));
  if (outcome === 'busy')
    throw new Error(`${id} is being fetched by another process; try again later.`);
  if (options.json === true) return printJson(context, { id, removed: outcome === 'removed' });
  context.out(outcome === 'removed' ? `${id} is removed.` : `${id} was not on disk.`);
}

/** `npm run` starts commands in the package folder; a path means the folder in which it was typed. */
function fromWhereTyped(context: CommandContext, pathOrUrl: string): string {
  if (/^https?:/i.test(pathOrUrl)) return pathOrUrl;
  return resolve(context.environment.INIT_CWD ?? '.', pathOrUrl);
}

function findEntry(id: string): ModelEntry {
  const catalogue = createCatalogue();
  const entry = catalogue.find(id);
  if (entry !== undefined) return entry;
  const known = catalogue.entries.map((each) => each.id).join(', ');
  throw new Error(`The catalogue has no model ${id}. It has: ${known}.`);
}
