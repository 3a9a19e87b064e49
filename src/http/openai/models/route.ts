import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { PlatformError } from '../../../core/index.ts';
import type { PublicModel, PublicModels } from '../../dependencies.ts';
import type { PublicRoute } from '../../routing/public-route.ts';
import { filterModels, findModel } from './filter-models.ts';
import { toModelBody } from './to-model-body.ts';

const modelSchema = Type.Object({
  id: Type.String(),
  object: Type.Literal('model'),
  created: Type.Integer(),
  owned_by: Type.String(),
});
const prefixes = ['/v1', '', '/api/v1', '/v2'] as const;

/** The catalogue; no key needed, since a client often asks before it has one. */
export function modelsRoutes(models: PublicModels): PublicRoute[] {
  return [listRoute(models), oneRoute(models), wrappedRoute(models)];
}

function listRoute(models: PublicModels): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v1/models', ...prefixes.slice(1).map((prefix) => `${prefix}/models`)],
    operationId: 'listModels',
    summary: 'Lists the models, with prices and abilities.',
    tag: 'Models',
    access: 'public',
    answers: {
      'application/json': Type.Object({
        object: Type.Literal('list'),
        data: Type.Array(modelSchema),
      }),
    },
    handle: (request, reply) => {
      const query = request.query as Readonly<Record<string, string | string[] | undefined>>;
      const data = filterModels(models.list(), query).map(toModelBody);
      return sendCacheable(request, reply, { object: 'list', data });
    },
  };
}

function oneRoute(models: PublicModels): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v1/models/*', ...prefixes.slice(1).map((prefix) => `${prefix}/models/*`)],
    operationId: 'getModel',
    summary: 'Describes one model, by id or alias.',
    tag: 'Models',
    access: 'public',
    answers: { 'application/json': modelSchema },
    handle: (request, reply) =>
      sendCacheable(request, reply, toModelBody(modelOf(request, models))),
  };
}

function wrappedRoute(models: PublicModels): PublicRoute {
  return {
    method: 'GET',
    paths: ['/model/*'],
    operationId: 'getModelWrapped',
    summary: 'Describes one model in the form of AI/ML API.',
    tag: 'Models',
    access: 'public',
    answers: {
      'application/json': Type.Object({ object: Type.Literal('model'), data: modelSchema }),
    },
    handle: (request, reply) => {
      const data = toModelBody(modelOf(request, models));
      return sendCacheable(request, reply, { object: 'model', data });
    },
  };
}

function modelOf(request: FastifyRequest, models: PublicModels): PublicModel {
  // The rest of the path, with its slashes, raw or escaped.
  const { '*': name = '' } = request.params as { readonly '*'?: string };
  const model = findModel(models.list(), name);
  if (model !== undefined) return model;
  throw new PlatformError(
    'models/not-found',
    `The model ${JSON.stringify(name.slice(0, 128))} does not exist. GET /v1/models lists those that do.`,
    { param: 'model' },
  );
}

function sendCacheable(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  reply.header('etag', tag).header('cache-control', 'no-cache');
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}

function matches(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((item) => item.trim().replace(/^W\//, ''));
  return tags.includes(tag) || tags.includes('*');
}
