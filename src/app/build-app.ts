import type { FastifyInstance } from 'fastify';
import { createAccounts } from '../accounts/index.ts';
import {
  type Administration,
  createAdministration,
  setUpFirstStart,
} from '../administration/index.ts';
import { type CompletionsService, createCompletions } from '../completions/index.ts';
import { type Logger, systemClock } from '../core/index.ts';
import { createHttpApp, registerConsoleApi } from '../http/index.ts';
import { createKeyDigester, createKeys, type Keys } from '../keys/index.ts';
import { createLedger } from '../ledger/index.ts';
import { type Database, openSqliteDatabase } from '../storage/index.ts';
import { createUsage } from '../usage/index.ts';
import type { Config } from './config/config-schema.ts';
import type { DataDirectory } from './open-data-directory.ts';
import { readKeyPepper, readPrivateApiToken } from './secrets.ts';
import { createServingModels, type ServingModels } from './serving-models.ts';
import { toHttpDependencies } from './to-http-dependencies.ts';

export interface AppOptions {
  readonly config: Config;
  /** The caller holds its lock. */
  readonly directory: DataDirectory;
  readonly logger: Logger;
  readonly makesFirstKey: boolean;
}

export interface App {
  readonly http: FastifyInstance;
  readonly keys: Keys;
  readonly administration: Administration;
  readonly completions: CompletionsService;
  readonly servingModels: ServingModels;
  /** Shown once, at the first start. */
  readonly firstKey: string | undefined;
  /** Writes what is in memory and closes the database; the engine and the listener are the caller's. */
  close(): Promise<void>;
}

const lastUsedFlushMs = 5_000;
const storageWorkerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './storage-worker.ts' : './storage-worker.js',
  import.meta.url,
);

/** Builds everything from the database up to the routes, recovered and ready, without listening. */
export async function buildApp(options: AppOptions): Promise<App> {
  const { config, directory, logger } = options;
  const clock = systemClock;
  const pepper = readKeyPepper(directory, config.data.secret);
  const database = await openDatabase(options);
  try {
    const accounts = createAccounts(database, clock);
    const keys = createKeys(database, createKeyDigester(pepper), clock);
    const usage = createUsage(database);
    const ledger = createLedger(database, clock);

    const recovered = await ledger.recover();
    if (recovered.charged + recovered.voided > 0) {
      logger.warn(recovered, 'requests of a server that was killed have been settled');
    }
    const foreignKeys = await keys.countForeign();
    if (foreignKeys > 0) {
      logger.warn(
        { foreignKeys },
        'keys made under another key pepper are refused; restore the file key-pepper or MOONGATE_SECRET',
      );
    }
    const { accountId, firstKey } = await setUpFirstStart(
      { accounts, ledger, keys },
      {
        startingCredits: BigInt(config.ledger.startingCredits),
        makesFirstKey: options.makesFirstKey,
      },
    );

    const servingModels = await createServingModels(config, ledger);
    const completions = createCompletions({
      ledger,
      clock,
      logger,
      checkpointIntervalMs: config.ledger.checkpointIntervalMs,
      resolveModel: servingModels.resolve,
    });
    const administration = createAdministration({ keys, ledger }, accountId);
    const dependencies = toHttpDependencies({
      logger,
      clock,
      database,
      keys,
      ledger,
      usage,
      completions,
      servingModels,
    });
    const token = readPrivateApiToken(directory);
    const http = createHttpApp({
      dependencies,
      settings: {
        bodyBytesMax: config.server.bodyBytesMax,
        connectionsMax: config.server.connectionsMax,
      },
      surfaces: [(scope) => registerConsoleApi(scope, { administration, token })],
    });

    const flush = () =>
      keys
        .flush()
        .catch((error: unknown) => logger.warn({ error }, 'last-used times were not written'));
    const flushTimer = setInterval(flush, lastUsedFlushMs).unref();
    return {
      http,
      keys,
      administration,
      completions,
      servingModels,
      firstKey,
      async close() {
        clearInterval(flushTimer);
        await completions.close();
        await http.close();
        await flush();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase({ config, directory, logger }: AppOptions): Promise<Database> {
  try {
    return await openSqliteDatabase({
      file: directory.databaseFile,
      workerUrl: storageWorkerUrl,
      operationTimeoutMs: config.ledger.operationTimeoutMs,
      operationsWaitingMax: config.ledger.operationsWaitingMax,
      startedAtMs: systemClock.nowMs(),
      onThreadEnded: (role, reason) =>
        logger.error({ role, reason }, 'a storage thread ended; restart the server'),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = /not a database|malformed/.test(reason)
      ? ' The file is damaged: restore the data directory from a backup.'
      : '';
    throw new Error(
      `The database ${directory.databaseFile} cannot be opened: ${reason}.${remedy}`,
      {
        cause: error,
      },
    );
  }
}
