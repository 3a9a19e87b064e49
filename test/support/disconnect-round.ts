import { auditBooks } from './audit-books.ts';
import { auditStreams } from './audit-streams.ts';
import { type CutPoint, readChatStream, type StreamOutcome } from './chat-stream.ts';
import { type Books, readBooks } from './ledger-books.ts';
import type { Random } from './random.ts';
import { type RoundReport, roundReport } from './round-report.ts';
import type { Moongate } from './start-moongate.ts';
import { isTrueWithin } from './wait-until.ts';

export interface DisconnectRoundOptions {
  readonly round: number;
  readonly random: Random;
  /** Bound of each completion. */
  readonly tokensMax: number;
}

const streamsPerRound = 8;
const settleTimeoutMs = 10_000;

/** 8 streams at once, of which 4 hang up at random moments, and what the books say when all is quiet again. */
export async function runDisconnectRound(
  moongate: Moongate,
  options: DisconnectRoundOptions,
): Promise<RoundReport> {
  const { round, random, tokensMax } = options;
  const { dataDirectory } = moongate.installation;
  const before = readBooks(dataDirectory);
  const firstCut = random.integer(0, 1);
  const streams = await Promise.all(
    Array.from({ length: streamsPerRound }, (_, index) =>
      readChatStream({
        url: moongate.url,
        key: moongate.key,
        clientRequestId: `disconnect-${round}-${index}`,
        cut: index % 2 === firstCut ? randomCut(random, tokensMax) : { when: 'never' },
        body: {
          model: 'moonshot/kimi-k2-5',
          messages: [{ role: 'user', content: `Tell me a long story about the number ${index}.` }],
          max_tokens: tokensMax,
          seed: random.integer(0, 1_000_000),
        },
      }),
    ),
  );
  const isQuiet = await isTrueWithin(
    settleTimeoutMs,
    () => readBooks(dataDirectory).openHolds === 0,
  );
  const after = readBooks(dataDirectory);
  return roundReport({ round, streams, before, after }, [
    ...(isQuiet ? [] : [`holds still open ${settleTimeoutMs} ms after the last client was gone`]),
    ...auditBooks(after),
    ...auditStreams(after, streams, tokensMax),
    ...streams.flatMap((stream) => auditEnding(after, stream)),
  ]);
}

function randomCut(random: Random, tokensMax: number): CutPoint {
  const when = random.integer(0, 9);
  if (when === 0) return { when: 'sent' };
  if (when === 1) return { when: 'admitted' };
  return { when: 'streaming', afterChunks: random.integer(1, Math.ceil(tokensMax * 0.8)) };
}

/** A server that stays up never breaks a stream, and bills at least what a client saw before it left. */
function auditEnding(books: Books, stream: StreamOutcome): string[] {
  const { clientRequestId, ending, contentChunks } = stream;
  if (ending === 'done') return [];
  if (ending !== 'cut')
    return [`${clientRequestId}: ${ending} (${stream.errorCode ?? stream.status})`];
  const charge = books.charges.find((one) => one.clientRequestId === clientRequestId);
  if (charge === undefined) return [];
  if (charge.status === 'failed') return [`${clientRequestId}: booked as failed`];
  return charge.completionTokens < contentChunks
    ? [`${clientRequestId}: saw ${contentChunks} chunks, paid ${charge.completionTokens} tokens`]
    : [];
}
