import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newInferenceId, PlatformError } from '../../core/index.ts';
import { routeNotFound } from '../errors/register-errors.ts';
import type { AccessLog } from './access-log.ts';
import { openUnknownToPages } from './cors.ts';
import { RequestContext } from './request-context.ts';

const clientRequestIdForm = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives each request its context and ids, and ends the work of a client that hangs up. */
export function registerBeginRequest(
  app: FastifyInstance,
  accessLog: AccessLog,
  isClosing: () => boolean,
): void {
  app.decorateRequest('requestContext');
  app.addHook('onRequest', (request, reply, done) => {
    const context = new RequestContext();
    request.requestContext = context;
    reply.header('x-request-id', request.id);
    echoClientRequestId(request, reply, context);
    reply.raw.once('close', () => {
      context.isResponseClosed = true;
      if (!reply.raw.writableFinished) context.abortController?.abort();
      accessLog.writeWhenOver(request, reply);
    });
    done(isClosing() && !isOperations(request) ? shuttingDown() : refusal(request, reply));
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    // A client that kept its connection would send the next request to a server that is gone.
    if (isClosing()) reply.header('connection', 'close');
    done(null, payload);
  });
}

// Before the body is read: what it says cannot matter.
function refusal(request: FastifyRequest, reply: FastifyReply): PlatformError | undefined {
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
    return new PlatformError('request/invalid', 'HTTP/1.1 requests need the header "host".');
  }
  if (!request.is404) return undefined;
  openUnknownToPages(request, reply);
  return routeNotFound();
}

/** Must run before authentication, so that refusals carry the inference id too. */
export function beginInference(request: FastifyRequest, reply: FastifyReply, done: () => void) {
  const inferenceId = newInferenceId();
  request.requestContext.inferenceId = inferenceId;
  reply.header('x-inference-id', inferenceId);
  done();
}

function echoClientRequestId(
  request: FastifyRequest,
  reply: FastifyReply,
  context: RequestContext,
): void {
  const id = request.headers['x-client-request-id'];
  if (typeof id !== 'string' || !clientRequestIdForm.test(id)) return;
  context.clientRequestId = id;
  reply.header('x-client-request-id', id);
}

// A load balancer must still be told that this process is going away.
function isOperations(request: FastifyRequest): boolean {
  return request.url === '/readyz' || request.url === '/livez' || request.url === '/healthz';
}

function shuttingDown(): PlatformError {
  return new PlatformError(
    'server/shutting-down',
    'The server is shutting down. Send the request again in a moment.',
    { retryAfterSeconds: 1 },
  );
}
