import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const exposedHeaders = [
  'x-request-id',
  'x-inference-id',
  'x-client-request-id',
  'x-credits-used',
  'x-usd-spent',
  'x-aimlapi-credits-used',
  'x-aimlapi-usd-spent',
  'x-model-alias',
  'x-served-by',
  'x-ignored-parameters',
  'x-should-retry',
  'openai-processing-ms',
  'server-timing',
  'retry-after',
  'retry-after-ms',
  'etag',
].join(', ');

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const defaultAllowedHeaders = 'authorization, content-type, x-api-key, x-client-request-id';
const headerListForm = /^[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2048}$/;
const preflightCacheSeconds = '600';
const privateForm = /^\/+private(?:[/?]|$)/;

/**
 * Opens a scope to browser pages of any origin. Safe because its routes know only keys that the page
 * itself sends: no cookie ever counts there.
 */
export function registerCors(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, reply, done) => {
    openToPages(request, reply);
    done();
  });
}

/** A path that does not exist is as open as those that do, but private ones, real or not, are all closed. */
export function openUnknownToPages(request: FastifyRequest, reply: FastifyReply): void {
  if (!privateForm.test(decodedPath(request.url))) openToPages(request, reply);
}

function openToPages(request: FastifyRequest, reply: FastifyReply): void {
  if (request.headers.origin === undefined) return;
  reply.header('access-control-allow-origin', '*');
  reply.header('access-control-expose-headers', exposedHeaders);
}

// As the router reads it, or an escaped letter would show which private paths exist.
function decodedPath(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Reflects the headers that the page asks for: SDKs send a changing set of `x-stainless-*`. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const asked = request.headers['access-control-request-headers'];
  const isReflectable = asked !== undefined && headerListForm.test(asked);
  return reply
    .code(204)
    .header('access-control-allow-origin', '*')
    .header('access-control-allow-methods', allowedMethods)
    .header('access-control-allow-headers', isReflectable ? asked : defaultAllowedHeaders)
    .header('access-control-max-age', preflightCacheSeconds)
    .header('vary', 'access-control-request-headers')
    .send();
}
