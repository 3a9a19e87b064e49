import type { RunningCompletion } from '../../../completions/index.ts';
import { invariant, PlatformError, type TokenUsage } from '../../../core/index.ts';
import type { RequestContext } from '../../hooks/request-context.ts';
import type { AnswerHead } from './answer-head.ts';
import { CollectedChoice } from './collected-choice.ts';
import { metaBody, usageBody } from './usage-body.ts';

export interface CollectedAnswer {
  readonly choices: readonly CollectedChoice[];
  readonly usage: TokenUsage;
  readonly credits: bigint;
}

/** Reads a completion to its settled end. Throws what the completion throws, marked as charged after any text. */
export async function collectAnswer(
  running: RunningCompletion,
  choiceCount: number,
  context: RequestContext,
): Promise<CollectedAnswer> {
  const choices = Array.from({ length: choiceCount }, (_, index) => new CollectedChoice(index));
  let answer: CollectedAnswer | undefined;
  // Read to the very end: leaving early would abort a completion that is already done.
  for await (const batch of running.events) {
    for (const event of batch) {
      if (event.type === 'settled') {
        context.usage = event.usage;
        context.credits = event.credits;
        answer = { choices, usage: event.usage, credits: event.credits };
      } else {
        context.isCharged = true;
        const choice = choices[event.index];
        invariant(choice !== undefined, 'an event of a choice that nobody asked for');
        choice.take(event);
      }
    }
  }
  if (answer === undefined || !choices.every(({ isFinished }) => isFinished)) throw endedEarly();
  return answer;
}

/** JSON text of the whole answer. */
export function answerText(
  head: AnswerHead,
  answer: CollectedAnswer,
  hasLogprobs: boolean,
): string {
  return JSON.stringify({
    id: head.id,
    object: 'chat.completion',
    created: head.createdSeconds,
    model: head.modelName,
    choices: answer.choices.map((choice) => choice.toBody(hasLogprobs)),
    usage: usageBody(answer.usage),
    meta: metaBody(answer.credits),
    service_tier: 'default',
    system_fingerprint: head.fingerprint,
  });
}

/** An answer without its end, e.g. because the server stopped it; what was produced is charged. */
export function endedEarly(): PlatformError {
  return new PlatformError('engine/unavailable', 'The answer was interrupted before its end.');
}
