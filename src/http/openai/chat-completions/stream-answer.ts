import type { FastifyReply } from 'fastify';
import type {
  CompletionDelta,
  CompletionEvent,
  RunningCompletion,
} from '../../../completions/index.ts';
import type { RequestContext } from '../../hooks/request-context.ts';
import { EventStream, type EventStreamOptions } from '../../sse/event-stream.ts';
import type { AnswerHead } from './answer-head.ts';
import { ChunkRenderer, doneFrame } from './chunk-renderer.ts';
import { endedEarly } from './collect-answer.ts';
import { logprobsFirst } from './logprobs-first.ts';

export interface StreamAnswerOptions extends EventStreamOptions {
  readonly firstEventWaitMs: number;
}

export interface StreamedAnswer {
  /** Rejects when the request is refused; until then it may be waiting in a queue. */
  readonly starting: Promise<RunningCompletion>;
  readonly choiceCount: number;
  readonly hasLogprobs: boolean;
  readonly includeUsage: boolean;
  readonly context: RequestContext;
  createHead(running: RunningCompletion): AnswerHead;
  /** Called once, when the first event is there or has been waited for long enough. */
  onOpen(): void;
  /** The error body for a failure after the headers were sent. */
  onFailure(error: unknown): object;
}

type Batch = readonly CompletionEvent[];

interface BegunAnswer {
  readonly running: RunningCompletion;
  readonly iterator: AsyncIterator<Batch>;
  readonly first: IteratorResult<Batch>;
}

/**
 * Streams a completion to its settled end, also when the client is gone: the settlement must happen.
 * Throws only while the status is still open; later failures go into the stream.
 */
export async function streamAnswer(
  answer: StreamedAnswer,
  reply: FastifyReply,
  options: StreamAnswerOptions,
): Promise<void> {
  const beginning = begin(answer.starting);
  await settledWithin(beginning, options);
  answer.onOpen();
  reply.hijack();
  const stream = new EventStream(reply.raw, options);
  stream.open(reply.getHeaders());
  try {
    stream.end(await pump(answer, stream, await beginning));
  } catch (error) {
    stream.end(`data: ${JSON.stringify(answer.onFailure(error))}\n\n`);
  }
}

async function begin(starting: Promise<RunningCompletion>): Promise<BegunAnswer> {
  const running = await starting;
  const iterator = running.events[Symbol.asyncIterator]();
  return { running, iterator, first: await iterator.next() };
}

/** Writes all frames but the last ones, which come back. Leaves no completion running. */
async function pump(
  answer: StreamedAnswer,
  stream: EventStream,
  begun: BegunAnswer,
): Promise<string> {
  try {
    return await pumpToEnd(answer, stream, begun);
  } catch (error) {
    await begun.iterator.return?.();
    throw error;
  }
}

async function pumpToEnd(
  { context, createHead, choiceCount, hasLogprobs, includeUsage }: StreamedAnswer,
  stream: EventStream,
  { running, iterator, first }: BegunAnswer,
): Promise<string> {
  const renderer = new ChunkRenderer(createHead(running), choiceCount, includeUsage);
  let result = first;
  while (result.done !== true) {
    const batch = hasLogprobs ? logprobsFirst(result.value) : result.value;
    const frames = renderBatch(batch, renderer, context);
    if (context.credits !== undefined) {
      if (!renderer.hasFinished) throw endedEarly();
      return frames + doneFrame;
    }
    const draining = stream.write(frames);
    if (draining !== undefined) await draining;
    result = await iterator.next();
  }
  throw endedEarly();
}

function renderBatch(batch: Batch, renderer: ChunkRenderer, context: RequestContext): string {
  let frames = '';
  for (const event of batch) {
    if (event.type === 'settled') {
      context.usage = event.usage;
      context.credits = event.credits;
      frames += renderer.settled(event);
    } else {
      context.isCharged = true;
      frames += renderDelta(event, renderer);
    }
  }
  return frames;
}

function renderDelta(event: CompletionDelta, renderer: ChunkRenderer): string {
  switch (event.type) {
    case 'text':
      return renderer.text(event.index, event.text);
    case 'reasoning':
      return renderer.reasoning(event.index, event.text);
    case 'tool-call-start':
      return renderer.toolCallStart(event);
    case 'tool-call-arguments':
      return renderer.toolCallArguments(event);
    case 'logprobs':
      renderer.logprobs(event);
      return '';
    case 'choice-finished':
      return renderer.choiceFinished(event);
  }
}

// An early failure is thrown from here, as long as it can still become a real HTTP status. The wait
// begins when the request has been accepted, so it covers the queue as well.
async function settledWithin(
  beginning: Promise<unknown>,
  options: StreamAnswerOptions,
): Promise<void> {
  const { promise: waitedEnough, resolve } = Promise.withResolvers<void>();
  const timer = options.startTimer(resolve, options.firstEventWaitMs);
  try {
    await Promise.race([beginning, waitedEnough]);
  } finally {
    timer.stop();
  }
}
