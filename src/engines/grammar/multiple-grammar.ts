import { characters, choice, type Expression, empty, sequence, text } from './gbnf-expression.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { integerDigitsMax } from './json-value-rules.ts';

/** A rule stands for a remainder and a number of digits, so large steps get fewer digits. */
const stepMax = 64n;
const rulesMax = 300;
const digitsMin = 4;

/** How many digits before trailing zeros that every multiple has. */
function digitsMax(core: bigint): number {
  return Math.min(integerDigitsMax, Math.max(digitsMin, Math.floor(rulesMax / Number(core))));
}

/** 1,200 = 12 × 10^2: the zeros are written as they are, only the core needs rules. */
function splitZeros(step: bigint): { readonly core: bigint; readonly zeros: number } {
  const zeros = /0*$/.exec(`${step}`)?.[0].length ?? 0;
  return { core: step / 10n ** BigInt(zeros), zeros };
}

/** An upper bound from here on cuts nothing off that `wholeMultiples` writes. */
export function largestMultiple(step: bigint): bigint {
  const { core, zeros } = splitZeros(step);
  const digits = core > stepMax ? integerDigitsMax : digitsMax(core) + zeros;
  return 10n ** BigInt(Math.min(integerDigitsMax, digits)) - 1n;
}

/** The multiples of a whole number, by their remainders digit by digit. undefined for a step that is too large. */
export function wholeMultiples(
  rules: GrammarRules,
  step: bigint,
  sign: 'any' | 'from-zero' | 'positive',
): Expression | undefined {
  const { core, zeros } = splitZeros(step);
  if (core > stepMax) return undefined;
  const divisor = Number(core);
  const known = new Map<string, Expression | undefined>();
  const length = Math.min(digitsMax(core), integerDigitsMax - zeros);
  if (length < 1) return undefined;

  const after = (remainder: number, left: number): Expression | undefined => {
    const key = `${remainder} ${left}`;
    if (!known.has(key)) known.set(key, digitsAfter(remainder, left, 0));
    return known.get(key);
  };
  const digitsAfter = (remainder: number, left: number, lowest: number): Expression | undefined => {
    const options: Expression[] = [];
    for (let digit = lowest; left > 0 && digit <= 9; digit += 1) {
      const rest = after((remainder * 10 + digit) % divisor, left - 1);
      if (rest === undefined) continue;
      options.push(sequence(characters([0x30 + digit, 0x30 + digit]), rest));
    }
    if (remainder === 0 && lowest === 0) options.push(empty);
    return options.length === 0 ? undefined : rules.define('multiple', choice(options));
  };
  const positive = digitsAfter(0, length, 1);
  if (positive === undefined) return undefined;
  const written = sequence(positive, text('0'.repeat(zeros)));
  if (sign === 'positive') return written;
  const options = [text('0'), written];
  if (sign === 'any') options.push(sequence(text('-'), written));
  return rules.define('multiple', choice(options));
}
