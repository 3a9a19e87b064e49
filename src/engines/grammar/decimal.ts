/** A finite number as digits × 10^exponent, exactly as JavaScript prints it. */
export function toDecimal(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '0', exponent = '0'] = value.toString().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** The value in units of 10^-fractionDigits, rounded to the next unit on the named side. */
export function toUnits(value: number, fractionDigits: number, side: 'up' | 'down'): bigint {
  const { digits, exponent } = toDecimal(value);
  const shift = exponent + fractionDigits;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  const truncated = digits / divisor;
  if (truncated * divisor === digits) return truncated;
  if (side === 'up') return digits > 0n ? truncated + 1n : truncated;
  return digits < 0n ? truncated - 1n : truncated;
}

/** Whether the value has no part smaller than 10^-fractionDigits. */
export function isWholeIn(value: number, fractionDigits: number): boolean {
  return toUnits(value, fractionDigits, 'up') === toUnits(value, fractionDigits, 'down');
}
