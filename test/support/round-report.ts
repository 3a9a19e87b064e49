import { nanoUsdPerCredit } from './audit-books.ts';
import type { StreamOutcome } from './chat-stream.ts';
import type { Books } from './ledger-books.ts';

/** One line of a proof's table. */
export interface RoundReport {
  readonly round: number;
  /** Streams that saw `[DONE]`. */
  readonly done: number;
  readonly unfinished: number;
  /** Content chunks that the clients saw, and completion tokens that the books gained. */
  readonly chunksSeen: number;
  readonly tokensBilled: number;
  readonly newEntries: number;
  readonly creditsSpent: number;
  readonly violations: readonly string[];
}

interface RoundFacts {
  readonly round: number;
  readonly streams: readonly StreamOutcome[];
  readonly before: Books;
  readonly after: Books;
}

export function roundReport(facts: RoundFacts, violations: readonly string[]): RoundReport {
  const { round, streams, before, after } = facts;
  const fresh = after.charges.slice(before.charges.length);
  const done = streams.filter(({ ending }) => ending === 'done').length;
  return {
    round,
    done,
    unfinished: streams.length - done,
    chunksSeen: streams.reduce((sum, { contentChunks }) => sum + contentChunks, 0),
    tokensBilled: fresh.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    newEntries: fresh.filter(({ entryAmount }) => entryAmount > 0n).length,
    creditsSpent: Number((before.posted - after.posted) / nanoUsdPerCredit),
    violations,
  };
}
