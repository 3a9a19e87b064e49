import { creditsOf } from './audit-books.ts';
import type { StreamOutcome } from './chat-stream.ts';
import type { Books, Charge } from './ledger-books.ts';

/** What the client saw of each stream against what the books say of it. */
export function auditStreams(
  books: Books,
  streams: readonly StreamOutcome[],
  tokensMax: number,
): string[] {
  return streams.flatMap((stream) => {
    const { clientRequestId } = stream;
    const charges = books.charges.filter((charge) => charge.clientRequestId === clientRequestId);
    const [charge] = charges;
    if (charges.length > 1) return [`${clientRequestId}: charged ${charges.length} times`];
    return auditStream(stream, charge, tokensMax).map((text) => `${clientRequestId}: ${text}`);
  });
}

function auditStream(
  stream: StreamOutcome,
  charge: Charge | undefined,
  tokensMax: number,
): string[] {
  if (stream.ending === 'hung') return ['hung'];
  if (stream.ending === 'done') return auditAcknowledged(stream, charge);
  if (charge === undefined) return stream.status === 200 ? ['admitted, but not in the books'] : [];
  return charge.completionTokens > tokensMax
    ? [`${charge.completionTokens} tokens charged of at most ${tokensMax}`]
    : [];
}

/** `[DONE]` acknowledges the bill: it must be in the books exactly as the client saw it. */
function auditAcknowledged(stream: StreamOutcome, charge: Charge | undefined): string[] {
  const { usage, credits } = stream;
  if (usage === undefined || credits === undefined) return ['[DONE] without usage and credits'];
  if (charge === undefined) return ['acknowledged, but not in the books'];
  const seen = [usage.prompt_tokens, usage.cached_tokens ?? 0, usage.completion_tokens].join('/');
  const booked = [charge.promptTokens, charge.cachedTokens, charge.completionTokens].join('/');
  if (seen !== booked) return [`the client saw ${seen} tokens, the books say ${booked}`];
  const expected = creditsOf(charge);
  return credits === expected ? [] : [`the client saw ${credits} credits instead of ${expected}`];
}
