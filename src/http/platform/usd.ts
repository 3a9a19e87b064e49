const nanoUsdPerUsd = 1_000_000_000;

/** To the nearest nano-USD; exact below 9 million USD. */
export function usdToNanoUsd(usd: number): bigint {
  return BigInt(Math.round(usd * nanoUsdPerUsd));
}

/** For display on the wire only: money is never computed from it. */
export function nanoUsdToUsd(amountNanoUsd: bigint): number {
  return Number(amountNanoUsd) / nanoUsdPerUsd;
}
