import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, newRequestId, PlatformError } from '../../core/index.ts';
import { errorToResponse } from './error-to-response.ts';

interface SocketOfServer extends Duplex {
  /** The response that Node is writing on this connection, if any. */
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

/** Time for a client to read the answer before its connection is cut. */
const lingerMs = 1000;
const connectAllows = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Answers what never became a request (broken HTTP, too slow, too many headers) in our own form. */
export function createBrokenRequestAnswer(clock: Clock) {
  return (failure: Error & { readonly code?: string }, socket: Socket): void => {
    if (failure.code === 'ECONNRESET') socket.destroy();
    else answerOnSocket(socket, toBrokenRequestError(failure.code), clock);
  };
}

/** Answers what Node would end without a body: an expectation that nobody can meet, and CONNECT. */
export function refuseOddRequests(server: Server, clock: Clock): void {
  server.on('checkExpectation', (request, response) => {
    const error = new PlatformError(
      'request/expectation-failed',
      'The only expectation that is understood is "100-continue".',
    );
    const { status, headers, text } = renderAnswer(error, request.url ?? '', clock);
    response.writeHead(status, headers).end(text);
  });
  server.on('connect', (_request, socket) => {
    // A tunnel has no reader yet, and a connection that fails unheard would end the process.
    socket.on('error', () => socket.destroy()).resume();
    const error = new PlatformError('request/method-not-allowed', 'This server is no proxy.');
    answerOnSocket(socket, error, clock, { allow: connectAllows });
  });
}

function answerOnSocket(
  socket: Duplex,
  error: PlatformError,
  clock: Clock,
  further: Readonly<Record<string, string>> = {},
): void {
  const current = (socket as SocketOfServer)._httpMessage;
  const isAnswering = current?.headersSent === true;
  // Our text in the midst of another answer would be read as a part of it.
  if (!socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const { status, headers, text } = renderAnswer(error, '', clock);
  const lines = Object.entries({ ...headers, ...further, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`, ...lines];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  // The end of our side is not the end of the client's, who may keep the connection for ever.
  const drop = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(drop));
}

function renderAnswer(error: PlatformError, url: string, clock: Clock) {
  const requestId = newRequestId();
  const { status, headers, body } = errorToResponse(error, {
    requestId,
    url,
    nowMs: clock.nowMs(),
    isCharged: false,
  });
  const text = JSON.stringify(body);
  const all = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'x-request-id': requestId,
    ...headers,
  };
  return { status, headers: all, text };
}

function toBrokenRequestError(code: string | undefined): PlatformError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new PlatformError('request/timeout', 'The request took too long to arrive.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new PlatformError(
      'request/headers-too-large',
      'The request line and the headers are too large together. Send fewer or shorter ones.',
    );
  }
  return new PlatformError('request/invalid', 'This is not a valid HTTP/1.1 request.');
}
