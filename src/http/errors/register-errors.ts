import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Clock, errorCodes, type Logger, PlatformError } from '../../core/index.ts';
import { contextOf, type RequestContext } from '../hooks/request-context.ts';
import { type ErrorResponse, errorToResponse } from './error-to-response.ts';
import { toPlatformError } from './to-platform-error.ts';

export interface ErrorReporter {
  /** The answer to a failure, logged when it is ours. */
  report(error: unknown, request: FastifyRequest): ErrorResponse;
  send(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** The event for a failure after the headers: `should_retry` stands in it, for want of a header. */
  inStream(error: unknown, request: FastifyRequest): object;
}

export function createErrorReporter(logger: Logger, clock: Clock): ErrorReporter {
  const report = (thrown: unknown, request: FastifyRequest): ErrorResponse => {
    const context = contextOf(request);
    const error = toPlatformError(thrown);
    const response = errorToResponse(error, {
      requestId: request.id,
      url: request.url,
      nowMs: clock.nowMs(),
      isCharged: context.isCharged || error.hasCharged,
    });
    context.errorCode = response.body.error.code;
    if (isOurs(error, context)) {
      logger.error(
        { requestId: request.id, code: error.code, err: error.cause ?? error },
        'failed',
      );
    }
    return response;
  };
  const send = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, headers, body } = report(thrown, request);
    // The framework closes the connection after a refused body, and a client that is still sending
    // would then lose the answer. The server drops the rest of the body instead.
    if (reply.hasHeader('connection')) reply.removeHeader('connection');
    return reply
      .code(status)
      .headers(headers)
      .header('x-request-id', request.id)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(body));
  };
  const inStream = (thrown: unknown, request: FastifyRequest): object => {
    const { body, isRetryable } = report(thrown, request);
    return { error: { ...body.error, should_retry: isRetryable } };
  };
  return { report, send, inStream };
}

export function registerErrors(app: FastifyInstance, reporter: ErrorReporter): void {
  app.setErrorHandler((error, request, reply) => reporter.send(error, request, reply));
  app.setNotFoundHandler((request, reply) => reporter.send(routeNotFound(), request, reply));
}

function isOurs(error: PlatformError, context: RequestContext): boolean {
  const isClientGone = context.abortController?.signal.aborted === true;
  const isServerError = errorCodes[error.code].status >= 500;
  return !isClientGone && isServerError && (error.code === 'internal' || error.cause !== undefined);
}

/** The same for every path that strangers must take for unknown. */
export function routeNotFound(): PlatformError {
  return new PlatformError(
    'request/route-not-found',
    'No such route. GET /openapi.json lists all of them.',
  );
}
