import type { AddressInfo } from 'node:net';
import { PlatformError, systemClock } from '../core/index.ts';
import { type PullProgress, readPullEnvironment } from '../models/index.ts';
import type { DirectoryLock } from '../storage/index.ts';
import { type App, buildApp } from './build-app.ts';
import type { Config } from './config/config-schema.ts';
import { createDownloadEgress } from './create-download-egress.ts';
import { createLogger } from './create-logger.ts';
import { countRequests, drain } from './drain.ts';
import { type StartedModel, startEmbeddedModel } from './embedded-model.ts';
import { explainError } from './explain-error.ts';
import { type DataDirectory, modelDirectoryOf } from './open-data-directory.ts';
import { removeRunningServer, writeRunningServer } from './running-server.ts';
import { type ShutdownStep, shutDown } from './shutdown.ts';

export interface ServeEvents {
  /** The address is taken and requests are answered, with 503 until a model is ready. */
  onListening(server: ListeningServer): void;
  onModelProgress(progress: PullProgress): void;
  onModelReady(modelName: string): void;
  /** The server goes on without an embedded model. */
  onModelFailed(message: string): void;
}

export interface ListeningServer {
  readonly url: string;
  readonly dataDirectory: string;
  readonly firstKey: string | undefined;
}

export interface RunningServe {
  /** Ends running answers within the time limit, settles them, and closes everything in order. */
  stop(): Promise<void>;
}

export interface ServeParts {
  readonly config: Config;
  readonly directory: DataDirectory;
  /** Released when the server has stopped, or did not start. */
  readonly lock: DirectoryLock;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts the server: database, recovery, listener, then the embedded model. */
export async function serve(parts: ServeParts, events: ServeEvents): Promise<RunningServe> {
  const { config, directory, lock } = parts;
  const steps: ShutdownStep[] = [];
  const logger = createLogger(config.log.level);
  const stop = () => shutDown(steps, logger);
  try {
    steps.push({ name: 'release the data directory', run: async () => lock.release() });
    // Until here the command line learns from the record that the directory will soon be free.
    steps.push({ name: 'leave', run: async () => removeRunningServer(directory) });

    const app = await buildApp({ config, directory, logger, makesFirstKey: true });
    steps.push({ name: 'close the database', run: () => app.close() });
    await refusePublicAddressWithoutKeys(config, app);

    const abort = new AbortController();
    const embedded: { started: StartedModel | undefined } = { started: undefined };
    steps.push({ name: 'stop the engine', run: async () => embedded.started?.engine.close() });
    const requests = countRequests(app.http.server);
    const url = await listen(config, app);
    steps.push({
      name: 'finish running answers',
      run: () => drain(app, requests, config.server.shutdownTimeoutMs),
    });
    const announce = (isStopping: boolean) =>
      writeRunningServer(directory, { url, processId: process.pid, isStopping });
    announce(false);
    events.onListening({ url, dataDirectory: directory.path, firstKey: app.firstKey });

    const egress = createDownloadEgress(parts.environment);
    const starting = startEmbeddedModel(
      {
        config,
        modelDirectory: modelDirectoryOf(config),
        pullEnvironment: readPullEnvironment(parts.environment),
        egress,
        logger,
        clock: systemClock,
        onProgress(progress) {
          app.servingModels.explainUnavailable('The model is being downloaded; try again later.');
          events.onModelProgress(progress);
        },
      },
      abort.signal,
    )
      .then(async (started) => {
        embedded.started = started;
        await app.servingModels.attach(started);
        if (started === undefined)
          app.servingModels.explainUnavailable(
            'This server runs without an engine (engine.kind is none).',
          );
        else events.onModelReady(started.details.id);
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const message = explainError(error);
        logger.error({ error }, 'the embedded model did not start');
        app.servingModels.explainUnavailable(
          'The embedded model did not start; the server log says why.',
        );
        events.onModelFailed(message);
      })
      .finally(() => egress.close());
    steps.push({
      name: 'stop starting the model',
      run: async () => {
        abort.abort();
        await starting;
      },
    });
    steps.push({ name: 'announce the stop', run: async () => announce(true) });
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost']);

async function refusePublicAddressWithoutKeys(config: Config, app: App): Promise<void> {
  const { host } = config.server;
  if (loopbackHosts.has(host) || host.startsWith('127.')) return;
  if ((await app.keys.countUsable()) > 0) return;
  throw new PlatformError(
    'keys/not-found',
    `Refusing to listen on ${host} without a single enabled API key. Make one with \`moongate key create\` first.`,
  );
}

async function listen(config: Config, app: App): Promise<string> {
  const { host, port } = config.server;
  try {
    await app.http.listen({ host, port });
  } catch (error) {
    throw new Error(`Cannot listen on ${host}:${port}: ${whyNotListening(error)}.`, {
      cause: error,
    });
  }
  const address = app.http.server.address() as AddressInfo;
  const isWildcard = address.address === '0.0.0.0' || address.address === '::';
  const reachable = isWildcard ? '127.0.0.1' : address.address;
  return `http://${address.family === 'IPv6' && !isWildcard ? `[${reachable}]` : reachable}:${address.port}`;
}

function whyNotListening(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EADDRINUSE':
      return 'the port is taken; choose another with MOONGATE_PORT';
    case 'EACCES':
      return 'this user may not take the port; choose one above 1023 with MOONGATE_PORT';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have the address; choose another with MOONGATE_HOST';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name does not resolve; check MOONGATE_HOST';
    default:
      return `${code ?? String(error)}; check MOONGATE_HOST and MOONGATE_PORT`;
  }
}
