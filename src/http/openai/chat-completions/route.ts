import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RunningCompletion } from '../../../completions/index.ts';
import type { HttpDependencies } from '../../dependencies.ts';
import type { ErrorReporter } from '../../errors/register-errors.ts';
import type { AccessLog } from '../../hooks/access-log.ts';
import { keyOf } from '../../hooks/authenticate.ts';
import { beginInference } from '../../hooks/begin-request.ts';
import type { HttpSettings } from '../../http-settings.ts';
import type { PublicRoute } from '../../routing/public-route.ts';
import type { StartTimer } from '../../sse/stream-timer.ts';
import { createAnswerHead } from './answer-head.ts';
import { answerText, collectAnswer } from './collect-answer.ts';
import { ignoredParametersHeader, notDoneAsAsked, refuseIgnored } from './ignored-parameters.ts';
import { type ChatRequest, readChatRequest } from './read-request.ts';
import { chatCompletionSchema } from './request-schema.ts';
import { completionChunkSchema, completionSchema } from './response-schema.ts';
import { type StreamAnswerOptions, streamAnswer } from './stream-answer.ts';
import type { DomainRequest } from './to-generation-request.ts';
import { costHeaders } from './usage-body.ts';

export interface ChatCompletionsParts {
  readonly dependencies: HttpDependencies;
  readonly settings: HttpSettings;
  readonly reporter: ErrorReporter;
  readonly accessLog: AccessLog;
  readonly startTimer: StartTimer;
  /** A stream that opens while the server closes is the last on its connection. */
  isClosing(): boolean;
}

export function chatCompletionsRoute(parts: ChatCompletionsParts): PublicRoute {
  const streamOptions = { ...parts.settings, startTimer: parts.startTimer };
  return {
    method: 'POST',
    paths: [
      '/v1/chat/completions',
      '/chat/completions',
      '/api/v1/chat/completions',
      '/v2/chat/completions',
    ],
    operationId: 'createChatCompletion',
    summary: 'Answers a conversation, at once or as a stream of events.',
    tag: 'Chat',
    access: 'inference',
    beforeAuthentication: beginInference,
    body: chatCompletionSchema,
    answers: {
      'application/json': completionSchema,
      'text/event-stream': completionChunkSchema,
    },
    handle: (request, reply) => handle(parts, streamOptions, request, reply),
  };
}

async function handle(
  parts: ChatCompletionsParts,
  streamOptions: StreamAnswerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const context = request.requestContext;
  context.isWorking = true;
  try {
    const asked = readChatRequest(request.body);
    const { model, domain } = asked;
    const isStrict = request.headers['x-strict-parameters'] === 'true';
    if (isStrict) refuseIgnored(domain.ignoredParameters);
    context.model = model;
    setIgnoredHeader(reply, notDoneAsAsked(domain));
    const starting = start(parts, request, { ...asked, isStrict }).then((running) => {
      reply.header('x-model-alias', model);
      reply.header('x-served-by', running.servedBy);
      setIgnoredHeader(reply, notDoneAsAsked(domain, running));
      return running;
    });
    if (!domain.isStream)
      return await sendAnswer(parts, { running: await starting, domain }, request, reply);
    await stream(parts, streamOptions, { starting, domain }, request, reply);
    return reply;
  } finally {
    context.isWorking = false;
    parts.accessLog.writeWhenOver(request, reply);
  }
}

function start(
  { dependencies }: ChatCompletionsParts,
  request: FastifyRequest,
  { model, domain, isStrict }: ChatRequest & { readonly isStrict: boolean },
): Promise<RunningCompletion> {
  const context = request.requestContext;
  const controller = new AbortController();
  context.abortController = controller;
  if (context.isResponseClosed) controller.abort();
  return dependencies.completions.start(
    {
      model,
      principal: keyOf(request).principal,
      requestId: request.id,
      inferenceId: context.inferenceId ?? '',
      clientRequestId: context.clientRequestId,
      isStream: domain.isStream,
      refusesRelaxation: isStrict,
      generation: domain.generation,
    },
    controller.signal,
  );
}

async function sendAnswer(
  { dependencies }: ChatCompletionsParts,
  { running, domain }: { running: RunningCompletion; domain: DomainRequest },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { choices = 1, logprobs } = domain.generation;
  const head = createAnswerHead(running, dependencies.clock.nowMs());
  const answer = await collectAnswer(running, choices, request.requestContext);
  setTimingHeaders(request, reply);
  return reply
    .headers(costHeaders(answer.credits))
    .type('application/json; charset=utf-8')
    .send(answerText(head, answer, logprobs !== undefined));
}

async function stream(
  { dependencies, reporter, isClosing }: ChatCompletionsParts,
  options: StreamAnswerOptions,
  { starting, domain }: { starting: Promise<RunningCompletion>; domain: DomainRequest },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  await streamAnswer(
    {
      starting,
      createHead: (running) => createAnswerHead(running, dependencies.clock.nowMs()),
      choiceCount: domain.generation.choices ?? 1,
      hasLogprobs: domain.generation.logprobs !== undefined,
      includeUsage: domain.includeUsage,
      context: request.requestContext,
      onOpen: () => {
        setTimingHeaders(request, reply);
        if (isClosing()) reply.header('connection', 'close');
      },
      onFailure: (error) => reporter.inStream(error, request),
    },
    reply,
    options,
  );
}

function setIgnoredHeader(reply: FastifyReply, names: readonly string[]): void {
  if (names.length > 0) reply.header('x-ignored-parameters', ignoredParametersHeader(names));
}

function setTimingHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const elapsedMs = request.requestContext.elapsedMs();
  reply.header('openai-processing-ms', String(elapsedMs));
  reply.header('server-timing', `total;dur=${elapsedMs}`);
}
