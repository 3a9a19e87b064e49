import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { TSchema } from 'typebox';
import type { Access } from '../hooks/authenticate.ts';

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of the public surface: what is served, and what /openapi.json says about it. */
export interface PublicRoute {
  readonly method: RouteMethod;
  /** Router patterns; the first is the documented one, the others are aliases. */
  readonly paths: readonly [string, ...string[]];
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly beforeAuthentication?: onRequestHookHandler;
  /** The very schema that validates the body. */
  readonly body?: TSchema;
  /** Media type → schema of a successful answer; of one event for an event stream. */
  readonly answers: Readonly<Record<string, TSchema>>;
  /** Status 503 with the same body is a part of the contract (readiness). */
  readonly mayBeUnavailable?: boolean;
  handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> | FastifyReply;
}
