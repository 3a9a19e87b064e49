import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { EgressError } from './egress-error.ts';
import { firstHop, type Hop, nextHop } from './hop.ts';

export interface Egress {
  /**
   * Sends a request and follows its redirects. Resolves with any HTTP status. The body must be read to
   * its end or destroyed, or its connection stays taken. Rejects with EgressError, or with the reason
   * of `signal`, which also ends a body that is still being read.
   */
  open(url: string | URL, request?: EgressRequest): Promise<EgressResponse>;
  /** Ends open requests and idle connections. */
  close(): Promise<void>;
}

export interface EgressRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly timeouts?: Partial<EgressTimeouts>;
  /** Of GET and HEAD only; other methods are sent once. `same-host` follows while the host stays and returns a redirect that leads elsewhere as it is. */
  readonly redirects?: 'follow' | 'same-host';
}

export interface EgressTimeouts {
  /** From the start of a hop, connecting included, to its headers. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the body. */
  readonly bodyTimeoutMs: number;
}

export interface EgressResponse {
  readonly status: number;
  /** Names in lower case; repeated headers are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Readable;
}

export interface EgressOptions extends Partial<EgressTimeouts> {
  readonly connectTimeoutMs?: number;
  readonly connectionsPerOriginMax?: number;
  /** The machine's proxy settings, where the operator wants them honoured. */
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly except?: string };
}

const redirectsMax = 5;
const redirectBodyBytesMax = 16_384;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const defaultTimeouts: EgressTimeouts = { headersTimeoutMs: 30_000, bodyTimeoutMs: 60_000 };

export function createEgress(options: EgressOptions = {}): Egress {
  let dispatcher: Promise<Dispatcher> | undefined;
  const dispatch = () => {
    dispatcher ??= createDispatcher(options);
    return dispatcher;
  };
  const timeouts = { ...defaultTimeouts, ...definedTimeouts(options) };
  return {
    open: async (url, asked = {}) => open(await dispatch(), timeouts, url, asked),
    close: async () => (await dispatcher)?.destroy(),
  };
}

// The client is loaded with the first request: a server whose model is on disk never needs it.
async function createDispatcher(options: EgressOptions): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const agentOptions = {
    connections: options.connectionsPerOriginMax ?? 64,
    connect: { timeout: options.connectTimeoutMs ?? 5_000 },
  };
  if (options.proxy === undefined) return new Agent(agentOptions);
  // Empty strings, because undefined would make undici read the environment.
  return new EnvHttpProxyAgent({
    ...agentOptions,
    httpProxy: options.proxy.http ?? '',
    httpsProxy: options.proxy.https ?? '',
    noProxy: options.proxy.except ?? '',
  });
}

function definedTimeouts(timeouts: Partial<EgressTimeouts>): Partial<EgressTimeouts> {
  const { headersTimeoutMs, bodyTimeoutMs } = timeouts;
  return {
    ...(headersTimeoutMs === undefined ? {} : { headersTimeoutMs }),
    ...(bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs }),
  };
}

async function open(
  dispatcher: Dispatcher,
  defaults: EgressTimeouts,
  url: string | URL,
  asked: EgressRequest,
): Promise<EgressResponse> {
  const timeouts = { ...defaults, ...definedTimeouts(asked.timeouts ?? {}) };
  let hop = firstHop(url, asked.headers ?? {});
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const response = await sendHop(dispatcher, hop, asked, timeouts);
    const location = header(response.headers.location);
    const isSafe = asked.method === undefined || asked.method === 'GET' || asked.method === 'HEAD';
    if (!redirectStatuses.has(response.statusCode) || location === undefined || !isSafe) {
      return toEgressResponse(hop, response);
    }
    const isElsewhere = URL.parse(location, hop.url.href)?.host !== hop.url.host;
    if (asked.redirects === 'same-host' && isElsewhere) return toEgressResponse(hop, response);
    await response.body.dump({ limit: redirectBodyBytesMax });
    hop = nextHop(hop, location);
  }
  throw new EgressError('refused', `${hop.url.host} redirects more than ${redirectsMax} times`);
}

async function sendHop(
  dispatcher: Dispatcher,
  hop: Hop,
  asked: EgressRequest,
  timeouts: EgressTimeouts,
): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici');
  // An own timer: undici's clocks are coarse, and none of them covers looking up the name.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeouts.headersTimeoutMs);
  const signals = asked.signal === undefined ? [] : [asked.signal];
  try {
    return await request(hop.url, {
      dispatcher,
      method: asked.method ?? 'GET',
      headers: { ...hop.headers, 'accept-encoding': 'identity' },
      ...(asked.body === undefined ? {} : { body: asked.body }),
      signal: AbortSignal.any([deadline.signal, ...signals]),
      headersTimeout: 0,
      bodyTimeout: timeouts.bodyTimeoutMs,
    });
  } catch (cause) {
    asked.signal?.throwIfAborted();
    throw describeFailure(hop.url.host, cause, deadline.signal.aborted, timeouts.headersTimeoutMs);
  } finally {
    clearTimeout(timer);
  }
}

function describeFailure(
  host: string,
  cause: unknown,
  isTooLate: boolean,
  headersTimeoutMs: number,
): EgressError {
  if (isTooLate) {
    const text = `${host} did not answer within ${headersTimeoutMs / 1000} s`;
    return new EgressError('timeout', text, { cause });
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no code';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return new EgressError('timeout', `${host} did not accept a connection in time`, { cause });
  }
  return new EgressError('unreachable', `${host} cannot be reached (${code})`, { cause });
}

function toEgressResponse(hop: Hop, response: Dispatcher.ResponseData): EgressResponse {
  // A body that is destroyed before its end emits an error; whoever reads it still gets that error.
  response.body.on('error', () => undefined);
  const encoding = header(response.headers['content-encoding']) ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    response.body.destroy();
    throw new EgressError(
      'protocol',
      `${hop.url.host} sent an encoded body although none was asked for`,
    );
  }
  return {
    status: response.statusCode,
    headers: toHeaderMap(response.headers),
    body: response.body,
  };
}

function toHeaderMap(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = header(value);
    if (text !== undefined) map.set(name, text);
  }
  return map;
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
