/** 1 USD buys 2,000,000 credits (docs.aimlapi.com, "How can I track my funds"). */
export const creditsPerUsd = 2_000_000;

/** Money is stored in nano-USD (10⁻⁹ USD), so one credit is exactly 500 nano-USD. */
export const nanoUsdPerCredit = 500n;

export function creditsToNanoUsd(credits: bigint): bigint {
  return credits * nanoUsdPerCredit;
}

/** Whole credits that an amount buys; what is left over is never shown as a credit. */
export function nanoUsdToCredits(amountNanoUsd: bigint): bigint {
  const credits = amountNanoUsd / nanoUsdPerCredit;
  const isBelow = amountNanoUsd % nanoUsdPerCredit < 0n;
  return isBelow ? credits - 1n : credits;
}
