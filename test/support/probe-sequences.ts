import { readChatStream, type StreamOutcome } from './chat-stream.ts';
import type { Moongate } from './start-moongate.ts';

export interface SequenceProbe {
  /** As many completions as the engine has sequences. */
  readonly sequences: number;
  readonly tokensMax: number;
}

/**
 * Starts a completion for each sequence and lets them go only when all are writing at once. With a
 * sequence or a slot of the queue lost, the last one would wait for another to end.
 */
export async function probeSequences(
  moongate: Moongate,
  { sequences, tokensMax }: SequenceProbe,
): Promise<string[]> {
  const writing = new Set<number>();
  let endedBefore = 0;
  const streams = await Promise.all(
    Array.from({ length: sequences }, async (_, index): Promise<StreamOutcome> => {
      const outcome = await readChatStream({
        url: moongate.url,
        key: moongate.key,
        clientRequestId: `probe-${index}-${moongate.server.processId}`,
        body: {
          model: 'moonshot/kimi-k2-5',
          messages: [{ role: 'user', content: `Count slowly from ${index} to one thousand.` }],
          max_tokens: tokensMax,
        },
        onContent: () => writing.add(index),
      });
      if (writing.size < sequences) endedBefore += 1;
      return outcome;
    }),
  );
  const unserved = streams.filter(({ ending }) => ending !== 'done');
  return [
    ...unserved.map(({ ending, errorCode }) => `a new completion was ${ending} ${errorCode ?? ''}`),
    ...(endedBefore === 0
      ? []
      : [`${sequences} completions did not run at once: a sequence leaked`]),
  ];
}
