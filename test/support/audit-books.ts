import type { Books, Charge } from './ledger-books.ts';

export const nanoUsdPerCredit = 500n;

interface TokenPrice {
  readonly fresh: number;
  readonly cached: number;
  readonly output: number;
}

/** Hundredths of a credit a token: 0.60 / 0.10 / 3.00 USD a million × 1.3 × 2,000,000 credits a USD. */
const kimiPrice: TokenPrice = { fresh: 156, cached: 26, output: 780 };
/** 0.02 / 0.01 / 0.05 USD a million. */
const embeddedPrice: TokenPrice = { fresh: 4, cached: 2, output: 10 };

export interface BilledTokens {
  readonly model: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
}

/** Whole credits, rounded up once; worked out here anew and not with the code that charges. */
export function creditsOf(tokens: BilledTokens): number {
  const price = tokens.model === 'moonshot/kimi-k2-5' ? kimiPrice : embeddedPrice;
  const fresh = tokens.promptTokens - tokens.cachedTokens;
  const hundredths =
    fresh * price.fresh +
    tokens.cachedTokens * price.cached +
    tokens.completionTokens * price.output;
  return Math.ceil(hundredths / 100);
}

/** Everything that does not add up: entries = change of the balance = tokens × price, and nothing held. */
export function auditBooks(books: Books): string[] {
  const violations: string[] = [];
  if (books.openHolds !== 0) violations.push(`${books.openHolds} open holds`);
  if (books.held !== 0n) violations.push(`${books.held} nano-USD still held`);
  const spent = books.granted - books.posted;
  if (spent !== books.usageEntries) {
    violations.push(`the balance fell by ${spent}, the entries say ${books.usageEntries}`);
  }
  const charged = books.charges.reduce((sum, { amount }) => sum + amount, 0n);
  if (charged !== books.usageEntries) {
    violations.push(`the usage records say ${charged}, the entries ${books.usageEntries}`);
  }
  return [...violations, ...books.charges.flatMap(auditCharge)];
}

function auditCharge(charge: Charge): string[] {
  const { requestId, amount, entryAmount } = charge;
  if (amount !== entryAmount) return [`${requestId}: charged ${amount}, entry ${entryAmount}`];
  // A failure or a hang-up before the engine began is on the house, whatever its prompt was.
  if (amount === 0n && charge.completionTokens === 0) return [];
  const expected = BigInt(creditsOf(charge)) * nanoUsdPerCredit;
  return amount === expected
    ? []
    : [`${requestId}: charged ${amount}, its tokens cost ${expected}`];
}
