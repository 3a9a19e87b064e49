import { access, constants, stat } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import {
  createCatalogue,
  freeDiskBytes,
  isHubReachable,
  listModels,
  readPullEnvironment,
} from '../../models/index.ts';
import { acquireDirectoryLock } from '../../storage/index.ts';
import type { Config } from '../config/config-schema.ts';
import { createDownloadEgress } from '../create-download-egress.ts';
import { modelDirectoryOf, openDataDirectory } from '../open-data-directory.ts';
import { readRunningServer } from '../running-server.ts';
import { packageInformation } from '../version.ts';
import {
  type CommandContext,
  type CommonOptions,
  loadCommandConfig,
  printJson,
} from './command-context.ts';

interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  readonly message: string;
}

export async function runDoctor(context: CommandContext, options: CommonOptions): Promise<void> {
  const { config } = await loadCommandConfig(context, options);
  const findings = [
    checkRuntime(),
    await checkDataDirectory(config),
    checkServer(config),
    await checkModelFiles(config, context),
    await checkMemoryAndDisk(config),
  ];
  if (findings.some(({ status }) => status === 'problem')) process.exitCode = 1;
  if (options.json === true) {
    return printJson(context, {
      ok: process.exitCode !== 1,
      version: packageInformation.version,
      findings,
    });
  }
  const marks = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' };
  for (const { check, status, message } of findings) {
    context.out(`${marks[status]}  ${check.padEnd(16)} ${message}`);
  }
}

function checkRuntime(): Finding {
  return {
    check: 'runtime',
    status: 'ok',
    message: `Moongate ${packageInformation.version} on Node ${process.versions.node}, SQLite ${process.versions.sqlite}`,
  };
}

async function checkDataDirectory(config: Config): Promise<Finding> {
  const check = 'data directory';
  try {
    const { path } = openDataDirectory(config);
    await access(path, constants.W_OK);
    return { check, status: 'ok', message: path };
  } catch (error) {
    return { check, status: 'problem', message: `${messageOf(error)} Set MOONGATE_DATA_DIR.` };
  }
}

function checkServer(config: Config): Finding {
  const check = 'server';
  const directory = openDataDirectory(config);
  const lock = acquireDirectoryLock(directory.lockFile);
  if (lock !== undefined) {
    lock.release();
    return { check, status: 'ok', message: 'none is running on this data directory' };
  }
  const server = readRunningServer(directory);
  return {
    check,
    status: 'ok',
    message: `running${server === undefined ? '' : ` at ${server.url}, process ${server.processId}`}`,
  };
}

async function checkModelFiles(config: Config, context: CommandContext): Promise<Finding> {
  const check = 'model';
  if (config.engine.kind !== 'llama-cpp') {
    return { check, status: 'ok', message: `not needed: engine.kind is ${config.engine.kind}` };
  }
  if (config.models.embedded.endsWith('.gguf')) {
    const isThere = await stat(config.models.embedded).then(
      () => true,
      () => false,
    );
    const status = isThere ? 'ok' : 'problem';
    return {
      check,
      status,
      message: `${config.models.embedded}${isThere ? '' : ' is not there; check MOONGATE_MODEL'}`,
    };
  }
  const catalogue = createCatalogue();
  const models = await listModels(catalogue, modelDirectoryOf(config), config.models.embedded);
  const installed = models.filter(({ isInstalled }) => isInstalled).map(({ entry }) => entry.id);
  if (installed.length > 0)
    return { check, status: 'ok', message: `on disk: ${installed.join(', ')}` };
  const egress = createDownloadEgress(context.environment);
  const isReachable = await isHubReachable(catalogue.recommended, {
    egress,
    environment: readPullEnvironment(context.environment),
    signal: AbortSignal.timeout(10_000),
  });
  await egress.close();
  const message = isReachable
    ? 'none on disk; the model hub is reached, the first start will fetch one'
    : 'none on disk and no model hub is reached; the first start will try pip, else give --from FILE to `moongate model pull`';
  return { check, status: 'warning', message };
}

async function checkMemoryAndDisk(config: Config): Promise<Finding> {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const disk = await freeDiskBytes(modelDirectoryOf(config));
  const isLow = disk < 500e6 || totalmem() < 2e9;
  return {
    check: 'memory and disk',
    status: isLow ? 'warning' : 'ok',
    message: `${gigabytes(freemem())} of ${gigabytes(totalmem())} memory free, ${gigabytes(disk)} of disk free for models`,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
