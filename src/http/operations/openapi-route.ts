import { Type } from 'typebox';
import type { BuildInformation } from '../dependencies.ts';
import type { PublicRoute } from '../routing/public-route.ts';
import { createOpenapiDocument } from './openapi-document.ts';

/** Describes the given routes and itself. */
export function openapiRoute(routes: readonly PublicRoute[], build: BuildInformation): PublicRoute {
  let text: string | undefined;
  const route: PublicRoute = {
    method: 'GET',
    paths: ['/openapi.json'],
    operationId: 'getOpenapiDocument',
    summary: 'This description.',
    tag: 'Operations',
    access: 'public',
    answers: { 'application/json': Type.Object({ openapi: Type.String() }) },
    handle: (_request, reply) => {
      text ??= JSON.stringify(createOpenapiDocument([...routes, route], build));
      return reply.type('application/json; charset=utf-8').send(text);
    },
  };
  return route;
}
