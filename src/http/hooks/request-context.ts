import type { FastifyRequest } from 'fastify';
import type { TokenUsage } from '../../core/index.ts';
import type { VerifiedKey } from '../dependencies.ts';

declare module 'fastify' {
  interface FastifyRequest {
    requestContext: RequestContext;
  }
}

/** What one request learns about itself on its way; the access log is written from it. */
export class RequestContext {
  readonly startedAtMs = performance.now();
  clientRequestId: string | undefined = undefined;
  inferenceId: string | undefined = undefined;
  key: VerifiedKey | undefined = undefined;
  model: string | undefined = undefined;
  usage: TokenUsage | undefined = undefined;
  credits: bigint | undefined = undefined;
  errorCode: string | undefined = undefined;
  /** Something was generated and charged: no client may simply send the same request again. */
  isCharged = false;
  /** Aborted the moment the client is gone. */
  abortController: AbortController | undefined = undefined;
  isResponseClosed = false;
  /** The handler still works although the response may be closed, e.g. until the money is settled. */
  isWorking = false;

  elapsedMs(): number {
    return Math.round(performance.now() - this.startedAtMs);
  }
}

/** The context, also for requests so malformed that no hook ran for them. */
export function contextOf(request: FastifyRequest): RequestContext {
  request.requestContext ??= new RequestContext();
  return request.requestContext;
}
