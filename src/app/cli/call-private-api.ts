import { setTimeout as delay } from 'node:timers/promises';
import { errorCodes } from '../../core/index.ts';
import type { App } from '../build-app.ts';
import type { Config } from '../config/config-schema.ts';
import { lockOrFindServer } from '../lock-data-directory.ts';
import { type DataDirectory, openDataDirectory } from '../open-data-directory.ts';
import type { RunningServer } from '../running-server.ts';
import { readPrivateApiToken } from '../secrets.ts';
import { type CommandContext, type CommonOptions, loadCommandConfig } from './command-context.ts';

export interface PrivateCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

interface PrivateAnswer {
  readonly status: number;
  readonly text: string;
}

/** Other commands take turns, each for well under a second. */
const lockWaitMs = 30_000;
const answerTimeoutMs = 660_000;
const retryDelayMs = 100;

/**
 * Sends one request to the private API: over HTTP to the server that has the data directory, else in
 * process to the same app, built on the same directory for the length of the call. One code path.
 */
export async function callPrivateApi<Answer>(
  context: CommandContext,
  options: CommonOptions,
  call: PrivateCall,
): Promise<Answer> {
  const { config } = await loadCommandConfig(context, options);
  const directory = openDataDirectory(config);
  const deadlineMs = performance.now() + lockWaitMs + config.server.shutdownTimeoutMs;
  const onStoppingServer = ({ processId }: RunningServer) =>
    context.note(waitingNote(options, processId));
  for (;;) {
    const found = await lockOrFindServer(directory, { deadlineMs, onStoppingServer });
    if ('release' in found) {
      try {
        return readAnswer(await askInProcess(config, directory, call));
      } finally {
        found.release();
      }
    }
    const answer = await askServer(found, directory, call);
    if (answer !== 'not-served') return readAnswer(answer);
    if (performance.now() > deadlineMs) {
      throw new Error(
        `The server on this data directory (process ${found.processId}) does not answer at ${found.url}. \`moongate doctor\` says more.`,
      );
    }
    // It has just begun to stop, or has crashed and another command has the directory.
    await delay(retryDelayMs);
  }
}

function waitingNote({ json }: CommonOptions, processId: number): string {
  return json === true
    ? JSON.stringify({ event: 'waiting-for-stop', processId })
    : `The server (process ${processId}) is stopping; waiting until its last answers have ended …`;
}

async function askInProcess(
  config: Config,
  directory: DataDirectory,
  call: PrivateCall,
): Promise<PrivateAnswer> {
  // Loaded only here: most of the start-up time of a command would otherwise go into unused code.
  const [{ buildApp }, { createLogger }] = await Promise.all([
    import('../build-app.ts'),
    import('../create-logger.ts'),
  ]);
  const logger = createLogger('silent');
  const app: App = await buildApp({ config, directory, logger, makesFirstKey: false });
  try {
    const answer = await app.http.inject({
      method: call.method,
      url: call.path,
      headers: headersOf(directory, call),
      ...(call.body === undefined ? {} : { payload: JSON.stringify(call.body) }),
    });
    return { status: answer.statusCode, text: answer.body };
  } finally {
    await app.close();
  }
}

/** `not-served` only when the server has certainly done nothing: the caller sends the same again. */
async function askServer(
  server: RunningServer,
  directory: DataDirectory,
  call: PrivateCall,
): Promise<PrivateAnswer | 'not-served'> {
  const { createEgress, EgressError } = await import('../../egress/index.ts');
  const egress = createEgress({
    headersTimeoutMs: answerTimeoutMs,
    bodyTimeoutMs: answerTimeoutMs,
  });
  try {
    const answer = await egress.open(server.url + call.path, {
      method: call.method,
      headers: headersOf(directory, call),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const chunks = await answer.body.toArray();
    const text = Buffer.concat(chunks).toString('utf8');
    return isShuttingDown(answer.status, text) ? 'not-served' : { status: answer.status, text };
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    if (codeOf(error.cause) === 'ECONNREFUSED') return 'not-served';
    throw new Error(
      `The server gave no answer (${error.message}). Whether it has done what you asked is not known: look before you repeat it.`,
      { cause: error },
    );
  } finally {
    await egress.close();
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

function isShuttingDown(status: number, text: string): boolean {
  if (status !== 503) return false;
  const body = JSON.parse(text) as { readonly error?: { readonly code?: string } };
  return body.error?.code === errorCodes['server/shutting-down'].wireCode;
}

function headersOf(directory: DataDirectory, call: PrivateCall): Record<string, string> {
  return {
    authorization: `Bearer ${readPrivateApiToken(directory)}`,
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

function readAnswer<Answer>({ status, text }: PrivateAnswer): Answer {
  const body = JSON.parse(text) as Answer & { readonly message?: string };
  if (status >= 400) throw new Error(body.message ?? `The server answered HTTP ${status}.`);
  return body;
}
