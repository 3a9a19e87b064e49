import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import type { BuildInformation } from '../dependencies.ts';
import type { PublicRoute } from '../routing/public-route.ts';

const errorBody = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    code: Type.String(),
    param: Type.Union([Type.String(), Type.Null()]),
    request_id: Type.String(),
  }),
  message: Type.String(),
  statusCode: Type.Integer(),
  requestId: Type.String(),
  path: Type.String(),
  timestamp: Type.String(),
});

/** OpenAPI 3.1 from the routes themselves: the schemas in it are the ones that validate. */
export function createOpenapiDocument(routes: readonly PublicRoute[], build: BuildInformation) {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = toOpenapiPath(route.paths[0]);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: build.name, version: build.version },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: errorBody },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function toOperation(route: PublicRoute): object {
  const names = parameterNames(route.paths[0]);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    security: route.access === 'public' ? [] : [{ bearer: [] }],
    ...(names.length === 0 ? {} : { parameters: names.map(toParameter) }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: { required: true, content: toContent({ 'application/json': route.body }) },
        }),
    responses: {
      200: { description: 'Success', content: toContent(route.answers) },
      ...(route.mayBeUnavailable === true
        ? { 503: { description: 'Not ready', content: toContent(route.answers) } }
        : {}),
      default: {
        description: 'Error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function toContent(schemas: Readonly<Record<string, TSchema>>) {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}

function toParameter(name: string) {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

// The router's `*` stands for the rest of the path, which here is always a model id.
function toOpenapiPath(pattern: string): string {
  return pattern.replace('*', '{model}').replaceAll(/:(\w+)/g, '{$1}');
}

function parameterNames(pattern: string): string[] {
  return [...toOpenapiPath(pattern).matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}
