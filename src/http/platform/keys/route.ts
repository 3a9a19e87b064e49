import type { FastifyReply, FastifyRequest } from 'fastify';
import { invariant, PlatformError } from '../../../core/index.ts';
import type { KeyDirectory, KeyRecord, KeySettings } from '../../dependencies.ts';
import { keyOf } from '../../hooks/authenticate.ts';
import type { PublicRoute } from '../../routing/public-route.ts';
import { compileValidator } from '../../validation/compile-validator.ts';
import {
  changeKeySchema,
  createdKeyAnswer,
  createKeySchema,
  deletedKeyAnswer,
  keyAnswer,
  keysAnswer,
  replaceKeySchema,
} from './key-schema.ts';
import { toKeyBody, toKeyChange, toKeySettings } from './to-key-settings.ts';

const validateCreate = compileValidator(createKeySchema);
const validateChange = compileValidator(changeKeySchema);
const validateReplace = compileValidator(replaceKeySchema);
const tag = 'Keys';

export function keysRoutes(keys: KeyDirectory): PublicRoute[] {
  return [
    ownKeyRoute(keys),
    createRoute(keys),
    listRoute(keys),
    updateRoute(keys, 'PATCH'),
    updateRoute(keys, 'PUT'),
    removeRoute(keys),
  ];
}

function ownKeyRoute(keys: KeyDirectory): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v1/key', '/api/v1/key'],
    operationId: 'getOwnKey',
    summary: 'Describes the key that makes the call.',
    tag,
    access: 'any-key',
    answers: { 'application/json': keyAnswer },
    handle: async (request, reply) => {
      const record = await keys.find(keyOf(request).principal);
      invariant(record !== undefined, 'a verified key has a record');
      return send(reply, toKeyBody(record));
    },
  };
}

function createRoute(keys: KeyDirectory): PublicRoute {
  return {
    method: 'POST',
    paths: ['/v1/keys'],
    operationId: 'createKey',
    summary: 'Makes an API key; the answer shows it once.',
    tag,
    access: 'management',
    body: createKeySchema,
    answers: { 'application/json': createdKeyAnswer },
    handle: async (request, reply) => {
      const settings = toKeySettings(validateCreate(request.body ?? {}));
      const { record, secret } = await keys.create(accountOf(request), settings);
      return send(reply, { ...toKeyBody(record), key: secret });
    },
  };
}

function listRoute(keys: KeyDirectory): PublicRoute {
  return {
    method: 'GET',
    paths: ['/v1/keys'],
    operationId: 'listKeys',
    summary: 'Lists the API keys of the account, oldest first.',
    tag,
    access: 'management',
    answers: { 'application/json': keysAnswer },
    handle: async (request, reply) => {
      const records = await keys.list(accountOf(request));
      return send(reply, records.map(toKeyBody));
    },
  };
}

function updateRoute(keys: KeyDirectory, method: 'PATCH' | 'PUT'): PublicRoute {
  const isReplacement = method === 'PUT';
  return {
    method,
    paths: ['/v1/keys/:prefix'],
    operationId: isReplacement ? 'replaceKey' : 'changeKey',
    summary: isReplacement
      ? 'Replaces the settings of an API key; what is left out takes its default.'
      : 'Changes the named settings of an API key.',
    tag,
    access: 'management',
    body: isReplacement ? replaceKeySchema : changeKeySchema,
    answers: { 'application/json': keyAnswer },
    handle: async (request, reply) => {
      const change: Partial<KeySettings> = isReplacement
        ? toKeySettings(validateReplace(request.body))
        : toKeyChange(validateChange(request.body));
      const record = await keys.update(accountOf(request), prefixOf(request), change);
      return send(reply, toKeyBody(found(record)));
    },
  };
}

function removeRoute(keys: KeyDirectory): PublicRoute {
  return {
    method: 'DELETE',
    paths: ['/v1/keys/:prefix'],
    operationId: 'deleteKey',
    summary: 'Deletes an API key; it stops working at once.',
    tag,
    access: 'management',
    answers: { 'application/json': deletedKeyAnswer },
    handle: async (request, reply) => {
      const prefix = prefixOf(request);
      if (!(await keys.remove(accountOf(request), prefix))) throw keyNotFound();
      return send(reply, { prefix, deleted: true });
    },
  };
}

function found(record: KeyRecord | undefined): KeyRecord {
  if (record === undefined) throw keyNotFound();
  return record;
}

// The same answer for a key of another account: prefixes of strangers are none of the caller's business.
function keyNotFound(): PlatformError {
  return new PlatformError(
    'keys/not-found',
    'This account has no such key. GET /v1/keys lists them.',
    { param: 'prefix' },
  );
}

function accountOf(request: FastifyRequest): string {
  return keyOf(request).principal.accountId;
}

function prefixOf(request: FastifyRequest): string {
  return (request.params as { readonly prefix: string }).prefix;
}

function send(reply: FastifyReply, data: object): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify({ data }));
}
