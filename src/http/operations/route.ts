import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { BuildInformation, HttpDependencies, Readiness } from '../dependencies.ts';
import type { PublicRoute } from '../routing/public-route.ts';

const tag = 'Operations';
const healthAnswer = Type.Object({
  status: Type.String(),
  version: Type.String(),
  checks: Type.Record(Type.String(), Type.String()),
});

/** Health and version; unauthenticated, and none of them ever calls a model. */
export function operationsRoutes(
  { build, readiness }: Pick<HttpDependencies, 'build' | 'readiness'>,
  isClosing: () => boolean,
): PublicRoute[] {
  return [
    {
      method: 'GET',
      paths: ['/healthz', '/livez', '/health'],
      operationId: 'getHealth',
      summary: 'Says that the process lives.',
      tag,
      access: 'public',
      answers: { 'application/json': healthAnswer },
      handle: (_request, reply) =>
        send(reply, { status: 'ok', version: build.version, checks: {} }),
    },
    {
      method: 'GET',
      paths: ['/readyz'],
      operationId: 'getReadiness',
      summary: 'Says whether requests are welcome: 200 or 503.',
      tag,
      access: 'public',
      answers: { 'application/json': healthAnswer },
      mayBeUnavailable: true,
      handle: (_request, reply) => {
        const { isReady, checks } = isClosing() ? closing : readiness();
        reply.code(isReady ? 200 : 503);
        const status = isReady ? 'ok' : 'unavailable';
        return send(reply, { status, version: build.version, checks });
      },
    },
    versionRoute(build),
  ];
}

const closing: Readiness = { isReady: false, checks: { server: 'shutting down' } };

function versionRoute(build: BuildInformation): PublicRoute {
  return {
    method: 'GET',
    paths: ['/version'],
    operationId: 'getVersion',
    summary: 'Names the program and its version.',
    tag,
    access: 'public',
    answers: {
      'application/json': Type.Object({
        name: Type.String(),
        version: Type.String(),
        commit: Type.Optional(Type.String()),
      }),
    },
    handle: (_request, reply) => send(reply, build),
  };
}

function send(reply: FastifyReply, body: object): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body));
}
