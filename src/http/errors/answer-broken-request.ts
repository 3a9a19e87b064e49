import type { Socket } from 'node:net';
import { type Clock, newRequestId, PlatformError } from '../../core/index.ts';
import { errorToResponse } from './error-to-response.ts';

interface SocketOfServer extends Socket {
  /** The response that Node is writing on this connection, if any. */
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
};

/** Answers what never became a request (broken HTTP, too slow, too many headers) in our own form. */
export function createBrokenRequestAnswer(clock: Clock) {
  return (failure: Error & { readonly code?: string }, socket: Socket): void => {
    const current = (socket as SocketOfServer)._httpMessage;
    const isAnswering = current?.headersSent === true;
    // Our text in the midst of another answer would be read as a part of it.
    if (failure.code === 'ECONNRESET' || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    const requestId = newRequestId();
    const { status, headers, body } = errorToResponse(toBrokenRequestError(failure.code), {
      requestId,
      url: '',
      nowMs: clock.nowMs(),
      isCharged: false,
    });
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Error'}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(text)}`,
      `x-request-id: ${requestId}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  };
}

function toBrokenRequestError(code: string | undefined): PlatformError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new PlatformError('request/timeout', 'The request took too long to arrive.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new PlatformError('request/invalid', 'The request line or the headers are too large.');
  }
  return new PlatformError('request/invalid', 'This is not a valid HTTP/1.1 request.');
}
