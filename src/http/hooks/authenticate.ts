import type { FastifyRequest } from 'fastify';
import { PlatformError } from '../../core/index.ts';
import type { HttpDependencies, VerifiedKey } from '../dependencies.ts';

/** Who may call a route. It is a property of the route, never of a path prefix. */
export type Access = 'public' | 'any-key' | 'inference' | 'management';

type AuthenticateHook = (request: FastifyRequest) => Promise<void>;

const bearerForm = /^bearer +([^\s]+) *$/i;
const tokenCharactersMax = 256;
const inferenceScope = 'model:chat';

/** Runs before the body is read, so that a stranger's body costs nothing. */
export function createAuthenticate(
  access: Exclude<Access, 'public'>,
  verifyKey: HttpDependencies['verifyKey'],
): AuthenticateHook {
  return async (request) => {
    const token = readToken(request);
    const verdict = token === undefined ? undefined : await verifyKey(token);
    if (verdict?.valid !== true) throw invalidKey();
    request.requestContext.key = verdict;
    demandPermission(verdict, access);
  };
}

/** The verified key of a route that demands one. */
export function keyOf(request: FastifyRequest): VerifiedKey {
  const { key } = request.requestContext;
  if (key === undefined) throw invalidKey();
  return key;
}

function readToken(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  const token =
    authorization === undefined
      ? request.headers['x-api-key']
      : bearerForm.exec(authorization)?.[1];
  if (typeof token !== 'string' || token === '' || token.length > tokenCharactersMax) return;
  return token;
}

function demandPermission(key: VerifiedKey, access: Access): void {
  if (access === 'management' && key.kind !== 'management') {
    throw new PlatformError(
      'keys/permission-denied',
      'This call needs a management key. API keys can call models and read their own data.',
    );
  }
  if (access !== 'inference') return;
  if (key.kind === 'management') {
    throw new PlatformError(
      'keys/permission-denied',
      'Management keys cannot call models. Use an API key of the same account.',
    );
  }
  if (key.scopes !== null && !key.scopes.includes(inferenceScope)) {
    throw new PlatformError(
      'keys/permission-denied',
      `This API key lacks the scope ${inferenceScope}.`,
    );
  }
}

// One text for missing, malformed, unknown, disabled and expired keys: the difference helps only
// somebody who guesses.
function invalidKey(): PlatformError {
  return new PlatformError(
    'keys/invalid',
    'This request requires a valid API key. Send it as "Authorization: Bearer <key>".',
  );
}
