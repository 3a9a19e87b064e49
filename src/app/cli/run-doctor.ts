import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';
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
import { explainError } from '../explain-error.ts';
import { findObstacle, isOpenToOthers } from '../make-private-directory.ts';
import {
  dataDirectoryPathOf,
  lockName,
  modelDirectoryOf,
  openDataDirectory,
} from '../open-data-directory.ts';
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
    checkDataDirectory(config),
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

/** Looks and touches nothing: what a start would do to the directory, it does not do here. */
function checkDataDirectory(config: Config): Finding {
  const check = 'data directory';
  const path = dataDirectoryPathOf(config);
  const obstacle = findObstacle(path);
  if (obstacle !== undefined) return { check, status: 'problem', message: obstacle };
  if (!existsSync(path)) {
    return { check, status: 'ok', message: `${path}, which the first start will make` };
  }
  if (!isOpenToOthers(path)) return { check, status: 'ok', message: path };
  return {
    check,
    status: 'warning',
    message: `${path} is open to other users; \`chmod 700\` it, or choose another directory with MOONGATE_DATA_DIR`,
  };
}

function checkServer(config: Config): Finding {
  const check = 'server';
  const none: Finding = { check, status: 'ok', message: 'none is running on this data directory' };
  const lockFile = join(dataDirectoryPathOf(config), lockName);
  if (!existsSync(lockFile)) return none;
  try {
    const lock = acquireDirectoryLock(lockFile);
    if (lock !== undefined) {
      lock.release();
      return none;
    }
  } catch (error) {
    return { check, status: 'problem', message: `${lockFile}: ${explainError(error)}` };
  }
  const server = readRunningServer(openDataDirectory(config));
  if (server === undefined) return { check, status: 'ok', message: 'starting, or a command runs' };
  const { url, processId, isStopping } = server;
  const message = `${isStopping ? 'stopping' : 'running'} at ${url}, process ${processId}`;
  return { check, status: 'ok', message };
}

async function checkModelFiles(config: Config, context: CommandContext): Promise<Finding> {
  const check = 'model';
  if (config.engine.kind !== 'llama-cpp') {
    return { check, status: 'ok', message: `not needed: engine.kind is ${config.engine.kind}` };
  }
  if (config.models.embedded.endsWith('.gguf')) {
    const file = config.models.embedded;
    const fault = await findModelFileFault(file);
    if (fault === undefined) return { check, status: 'ok', message: file };
    return { check, status: 'problem', message: `${file} ${fault}; check MOONGATE_MODEL` };
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

const modelFileMark = 'GGUF';

async function findModelFileFault(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file);
    try {
      const { buffer } = await handle.read(Buffer.alloc(modelFileMark.length), 0);
      return buffer.toString('latin1') === modelFileMark ? undefined : 'is no GGUF file';
    } finally {
      await handle.close();
    }
  } catch (error) {
    return `cannot be read (${explainError(error)})`;
  }
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
