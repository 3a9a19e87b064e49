import { nanoUsdPerCredit } from './credits.ts';
import type { TokenUsage } from './token-usage.ts';

/** One immutable price version. All prices are nano-USD per 1,000,000 tokens. */
export interface Price {
  readonly version: string;
  readonly freshNanoUsd: bigint;
  readonly cachedNanoUsd: bigint;
  readonly outputNanoUsd: bigint;
}

export interface PricedUsage {
  readonly credits: bigint;
  /** What is debited: whole credits, in nano-USD. */
  readonly amountNanoUsd: bigint;
}

const tokensPerPriceUnit = 1_000_000n;

/**
 * The price of a usage, rounded up once, on the sum, to whole credits.
 * Unknown cached tokens count as fresh: a discount needs proof.
 */
export function priceUsage(usage: TokenUsage, price: Price): PricedUsage {
  const cached = BigInt(usage.cachedTokens ?? 0);
  const fresh = BigInt(usage.promptTokens) - cached;
  const output = BigInt(usage.completionTokens);
  const exact =
    fresh * price.freshNanoUsd + cached * price.cachedNanoUsd + output * price.outputNanoUsd;
  const divisor = tokensPerPriceUnit * nanoUsdPerCredit;
  const credits = (exact + divisor - 1n) / divisor;
  return { credits, amountNanoUsd: credits * nanoUsdPerCredit };
}
