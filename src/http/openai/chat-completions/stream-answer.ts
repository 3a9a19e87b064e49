import type { FastifyReply } from 'fastify';
import type { CompletionEvent, RunningCompletion } from '../../../completions/index.ts';
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
  readonly running: RunningCompletion;
  readonly head: AnswerHead;
  readonly choiceCount: number;
  readonly hasLogprobs: boolean;
  readonly includeUsage: boolean;
  readonly context: RequestContext;
  /** Called once, when the first event is there or has been waited for long enough. */
  onOpen(): void;
  /** The error body for a failure after the headers were sent. */
  onFailure(error: unknown): object;
}

type Batch = readonly CompletionEvent[];
type NextBatch = Promise<IteratorResult<Batch>>;

/**
 * Streams a completion to its settled end, also when the client is gone: the settlement must happen.
 * Throws only while the status is still open; later failures go into the stream.
 */
export async function streamAnswer(
  answer: StreamedAnswer,
  reply: FastifyReply,
  options: StreamAnswerOptions,
): Promise<void> {
  const iterator = answer.running.events[Symbol.asyncIterator]();
  const first = iterator.next();
  await settledWithin(first, options);
  answer.onOpen();
  reply.hijack();
  const stream = new EventStream(reply.raw, options);
  stream.open(reply.getHeaders());
  try {
    stream.end(await pump(answer, stream, iterator, first));
  } catch (error) {
    await iterator.return?.();
    stream.end(`data: ${JSON.stringify(answer.onFailure(error))}\n\n`);
  }
}

/** Writes all frames but the last ones, which come back. */
async function pump(
  { context, head, choiceCount, hasLogprobs, includeUsage }: StreamedAnswer,
  stream: EventStream,
  iterator: AsyncIterator<Batch>,
  first: NextBatch,
): Promise<string> {
  const renderer = new ChunkRenderer(head, choiceCount, includeUsage);
  let result = await first;
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
    } else if (event.type !== 'choice-finished') {
      context.isCharged = true;
    }
    frames += renderEvent(event, renderer);
  }
  return frames;
}

function renderEvent(event: CompletionEvent, renderer: ChunkRenderer): string {
  switch (event.type) {
    case 'text':
      return renderer.text(event.index, event.text);
    case 'reasoning':
      return renderer.reasoning(event.index, event.text);
    case 'tool-call-start':
      return renderer.callStart(event);
    case 'tool-call-arguments':
      return renderer.callArguments(event);
    case 'logprobs':
      renderer.logprobs(event);
      return '';
    case 'choice-finished':
      return renderer.choiceFinished(event);
    case 'settled':
      return renderer.settled(event);
  }
}

// An early failure is thrown from here, as long as it can still become a real HTTP status.
async function settledWithin(first: NextBatch, options: StreamAnswerOptions): Promise<void> {
  const { promise: waitedEnough, resolve } = Promise.withResolvers<void>();
  const timer = options.startTimer(resolve, options.firstEventWaitMs);
  try {
    await Promise.race([first, waitedEnough]);
  } finally {
    timer.stop();
  }
}
