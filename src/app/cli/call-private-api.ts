import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '../build-app.ts';
import type { Config } from '../config/config-schema.ts';
import { lockOrFindServer } from '../lock-data-directory.ts';
import { type DataDirectory, openDataDirectory } from '../open-data-directory.ts';
import { readRunningServer } from '../running-server.ts';
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

const lockWaitMs = 5_000;
const answerTimeoutMs = 660_000;
const attempts = 3;
const attemptDelayMs = 300;

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
  for (let attempt = 1; ; attempt += 1) {
    const lock = await lockOrFindServer(directory, lockWaitMs);
    if (lock !== undefined) {
      try {
        return readAnswer(await askInProcess(config, directory, call));
      } finally {
        lock.release();
      }
    }
    const answer = await askServer(directory, call);
    if (answer !== 'unreachable') return readAnswer(answer);
    if (attempt === attempts) {
      throw new Error(
        'The server on this data directory does not answer. `moongate doctor` says more.',
      );
    }
    // A server that was just stopped leaves its address behind for a moment.
    await delay(attemptDelayMs);
  }
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

async function askServer(
  directory: DataDirectory,
  call: PrivateCall,
): Promise<PrivateAnswer | 'unreachable'> {
  const server = readRunningServer(directory);
  if (server === undefined) return 'unreachable';
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
    return { status: answer.status, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof EgressError && error.kind === 'unreachable') return 'unreachable';
    throw error;
  } finally {
    await egress.close();
  }
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
