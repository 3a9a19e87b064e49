import { auditBooks } from './audit-books.ts';
import { auditStreams } from './audit-streams.ts';
import { readChatStream } from './chat-stream.ts';
import { readBooks } from './ledger-books.ts';
import type { Random } from './random.ts';
import { type RoundReport, roundReport } from './round-report.ts';
import type { Moongate } from './start-moongate.ts';

export interface KillServerRoundOptions {
  readonly round: number;
  readonly random: Random;
  /** Bound of the longest completion; the shortest ones have a tenth of it. */
  readonly tokensMax: number;
}

const streamsPerRound = 8;
/** Of 8, so that others still run then. */
const donesMax = 3;

/**
 * Streams of different lengths, SIGKILL after a random number of chunks or the very moment a client has
 * read its `[DONE]`, a restart, and what the books say then.
 */
export async function runKillServerRound(
  moongate: Moongate,
  options: KillServerRoundOptions,
): Promise<RoundReport> {
  const { round, random, tokensMax } = options;
  const { dataDirectory } = moongate.installation;
  const before = readBooks(dataDirectory);
  const lengths = Array.from({ length: streamsPerRound }, () =>
    random.integer(Math.ceil(tokensMax / 10), tokensMax),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  // Odd rounds look at what is lost in the middle, even ones at what was acknowledged a moment ago.
  const trigger = round % 2 === 1 ? 'content' : 'done';
  let eventsLeft = random.integer(1, trigger === 'content' ? Math.floor(total / 2) : donesMax);
  const sawEvent = (event: 'content' | 'done') => {
    if (event !== trigger) return;
    eventsLeft -= 1;
    if (eventsLeft === 0) moongate.server.signal('SIGKILL');
  };
  const streams = await Promise.all(
    lengths.map(async (length, index) => {
      const stream = await readChatStream({
        url: moongate.url,
        key: moongate.key,
        clientRequestId: `kill-server-${round}-${index}`,
        body: {
          model: 'moonshot/kimi-k2-5',
          messages: [{ role: 'user', content: `Tell me a long story about the number ${index}.` }],
          max_tokens: length,
          seed: random.integer(0, 1_000_000),
        },
        onContent: () => sawEvent('content'),
      });
      if (stream.ending === 'done') sawEvent('done');
      return stream;
    }),
  );
  const wasKilled = eventsLeft <= 0;
  if (!wasKilled) moongate.server.signal('SIGKILL');
  await moongate.server.ended();
  await moongate.restart();
  const after = readBooks(dataDirectory);
  const isUnfinished = streams.some(({ ending }) => ending === 'broken');
  return roundReport({ round, streams, before, after }, [
    ...(wasKilled && isUnfinished ? [] : ['no stream was running when the server was killed']),
    ...streams
      .filter(({ ending }) => ending !== 'done' && ending !== 'broken')
      .map(
        ({ clientRequestId, ending, errorCode }) => `${clientRequestId}: ${ending} ${errorCode}`,
      ),
    ...auditBooks(after),
    ...auditStreams(after, streams, tokensMax),
  ]);
}
