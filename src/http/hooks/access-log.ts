import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../core/index.ts';

const quietRoutes = new Set(['/healthz', '/livez', '/readyz', '/health']);
const clientClosedStatus = 499;

/** One line a request, from an allowlist of fields: never a prompt, an answer or a key. */
export class AccessLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Called when the response closes and when the handler is done; the later of the two writes. */
  writeWhenOver(request: FastifyRequest, reply: FastifyReply): void {
    const context = request.requestContext;
    if (!context.isResponseClosed || context.isWorking) return;
    const route = request.routeOptions.url;
    const fields = {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.raw.writableFinished ? reply.raw.statusCode : clientClosedStatus,
      durationMs: context.elapsedMs(),
      keyId: context.key?.principal.keyId,
      model: context.model,
      inferenceId: context.inferenceId,
      clientRequestId: context.clientRequestId,
      promptTokens: context.usage?.promptTokens,
      cachedTokens: context.usage?.cachedTokens,
      completionTokens: context.usage?.completionTokens,
      credits: context.credits === undefined ? undefined : Number(context.credits),
      errorCode: context.errorCode,
    };
    if (route !== undefined && quietRoutes.has(route)) this.#logger.debug(fields, 'request');
    else this.#logger.info(fields, 'request');
  }
}
