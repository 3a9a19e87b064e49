import Fastify, { type FastifyInstance } from 'fastify';
import { newRequestId } from '../core/index.ts';
import type { HttpDependencies } from './dependencies.ts';
import { createBrokenRequestAnswer, refuseOddRequests } from './errors/answer-broken-request.ts';
import {
  createErrorReporter,
  type ErrorReporter,
  registerErrors,
} from './errors/register-errors.ts';
import { AccessLog } from './hooks/access-log.ts';
import { registerBeginRequest } from './hooks/begin-request.ts';
import { registerCors } from './hooks/cors.ts';
import { registerJsonBody } from './hooks/json-body.ts';
import { defaultHttpSettings, type HttpSettings } from './http-settings.ts';
import { chatCompletionsRoute } from './openai/chat-completions/route.ts';
import { modelsRoutes } from './openai/models/route.ts';
import { openapiRoute } from './operations/openapi-route.ts';
import { operationsRoutes } from './operations/route.ts';
import { billingRoutes } from './platform/billing/route.ts';
import { keysRoutes } from './platform/keys/route.ts';
import { tokenCountRoute } from './platform/tokenizers/route.ts';
import { registerRoutes } from './routing/register-routes.ts';
import { type StartTimer, startRealTimer } from './sse/stream-timer.ts';

export interface HttpAppOptions {
  readonly dependencies: HttpDependencies;
  readonly settings?: Partial<HttpSettings>;
  /** Further surfaces (console, private API), each in a scope of its own, without CORS. */
  readonly surfaces?: readonly ((scope: FastifyInstance) => void)[];
  readonly startTimer?: StartTimer;
}

/**
 * The whole HTTP surface, not yet listening. `close()` stops accepting and resolves when the requests
 * in flight are done; `server.closeAllConnections()` ends those that take too long.
 */
export function createHttpApp(options: HttpAppOptions): FastifyInstance {
  const { dependencies, startTimer = startRealTimer } = options;
  const settings = { ...defaultHttpSettings, ...options.settings };
  const { logger, clock } = dependencies;
  const reporter = createErrorReporter(logger, clock);
  const accessLog = new AccessLog(logger);
  const app = createServer(settings, dependencies, reporter);
  let closing = false;
  const isClosing = () => closing;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });

  registerErrors(app, reporter);
  registerBeginRequest(app, accessLog, isClosing);
  registerJsonBody(app, settings);

  const routes = [
    chatCompletionsRoute({ dependencies, settings, reporter, accessLog, startTimer, isClosing }),
    ...modelsRoutes(dependencies.models),
    ...keysRoutes(dependencies.keys),
    ...billingRoutes(dependencies.balances),
    tokenCountRoute(dependencies.completions),
    ...operationsRoutes(dependencies, isClosing),
  ];
  app.register((scope, _options, done) => {
    registerCors(scope);
    const all = [...routes, openapiRoute(routes, dependencies.build)];
    registerRoutes(scope, all, (token) => dependencies.verifyKey(token));
    done();
  });
  for (const surface of options.surfaces ?? []) {
    app.register((scope, _options, done) => {
      surface(scope);
      done();
    });
  }
  return app;
}

function createServer(
  settings: HttpSettings,
  { clock }: HttpDependencies,
  reporter: ErrorReporter,
): FastifyInstance {
  const app = Fastify({
    logger: false,
    genReqId: () => newRequestId(),
    requestIdHeader: false,
    trustProxy: false,
    // Our own refusal, in our own error body, replaces the framework's.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    connectionTimeout: 0,
    requestTimeout: settings.receiveTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    bodyLimit: settings.bodyBytesMax,
    http: {
      headersTimeout: settings.headersTimeoutMs,
      maxHeaderSize: settings.headersBytesMax,
      connectionsCheckingInterval: 2000,
      insecureHTTPParser: false,
      // Refused by a hook, in our own error body.
      requireHostHeader: false,
    },
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 256,
    },
    frameworkErrors: (error, request, reply) => reporter.send(error, request, reply),
    clientErrorHandler: createBrokenRequestAnswer(clock),
  });
  app.server.maxConnections = settings.connectionsMax;
  refuseOddRequests(app.server, clock);
  return app;
}
