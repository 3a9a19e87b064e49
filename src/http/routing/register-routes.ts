import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { PlatformError } from '../../core/index.ts';
import type { HttpDependencies } from '../dependencies.ts';
import { createAuthenticate } from '../hooks/authenticate.ts';
import { answerPreflight } from '../hooks/cors.ts';
import type { PublicRoute, RouteMethod } from './public-route.ts';

const methods: readonly RouteMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Registers each route under all its paths, with preflight answers and 405 for the other methods. */
export function registerRoutes(
  scope: FastifyInstance,
  routes: readonly PublicRoute[],
  verifyKey: HttpDependencies['verifyKey'],
): void {
  const methodsByPath = new Map<string, Set<RouteMethod>>();
  for (const route of routes) {
    const onRequest = hooksOf(route, verifyKey);
    for (const url of route.paths) {
      scope.route({
        method: route.method,
        url,
        onRequest,
        handler: (request, reply) => route.handle(request, reply),
      });
      const known = methodsByPath.get(url) ?? new Set();
      methodsByPath.set(url, known.add(route.method));
    }
  }
  for (const [url, known] of methodsByPath) registerOtherMethods(scope, url, known);
}

function hooksOf(
  route: PublicRoute,
  verifyKey: HttpDependencies['verifyKey'],
): onRequestHookHandler[] {
  const hooks: onRequestHookHandler[] = [];
  if (route.beforeAuthentication !== undefined) hooks.push(route.beforeAuthentication);
  if (route.access !== 'public') hooks.push(createAuthenticate(route.access, verifyKey));
  return hooks;
}

function registerOtherMethods(
  scope: FastifyInstance,
  url: string,
  known: ReadonlySet<RouteMethod>,
): void {
  scope.route({ method: 'OPTIONS', url, handler: answerPreflight });
  const allowed = [...known, ...(known.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const others: string[] = methods.filter((method) => !known.has(method));
  if (!known.has('GET')) others.push('HEAD');
  scope.route({
    method: others,
    url,
    exposeHeadRoute: false,
    // Before the body is read: it cannot matter.
    onRequest: (request, reply, done) => {
      reply.header('allow', allowed);
      done(
        new PlatformError(
          'request/method-not-allowed',
          `${request.method} is not allowed here. Allowed: ${allowed}.`,
        ),
      );
    },
    handler: () => undefined,
  });
}
