import {
  characters,
  choice,
  type Expression,
  empty,
  optional,
  repetition,
  sequence,
  text,
} from './gbnf-expression.ts';
import { digit } from './json-value-rules.ts';

/** Decimal numbers from `least` to `most`, both counted in units of 10^-fractionDigits. No exponents. */
export function decimalRange(least: bigint, most: bigint, fractionDigits: number): Expression {
  const options: Expression[] = [];
  if (least < 0n) {
    // From the smallest magnitude on, so that there is no negative zero.
    const nearest = most < 0n ? -most : 1n;
    options.push(sequence(text('-'), magnitudeRange(nearest, -least, fractionDigits)));
  }
  if (most >= 0n) options.push(magnitudeRange(least > 0n ? least : 0n, most, fractionDigits));
  return choice(options);
}

function magnitudeRange(least: bigint, most: bigint, fractionDigits: number): Expression {
  const unit = 10n ** BigInt(fractionDigits);
  const [from, to] = [least / unit, most / unit];
  const digits = (value: bigint) => (fractionDigits === 0 ? '' : pad(value % unit, fractionDigits));
  const [zeros, nines] = [repeat('0', fractionDigits), repeat('9', fractionDigits)];
  if (from === to) return sequence(text(`${from}`), fraction(digits(least), digits(most)));

  const isFromWhole = digits(least) === zeros;
  const isToWhole = digits(most) === nines;
  const first = isFromWhole ? from : from + 1n;
  const last = isToWhole ? to : to - 1n;
  const options: Expression[] = [];
  if (!isFromWhole) options.push(sequence(text(`${from}`), fraction(digits(least), nines)));
  if (first <= last) options.push(sequence(wholeRange(first, last), fraction(zeros, nines)));
  if (!isToWhole) options.push(sequence(text(`${to}`), fraction(zeros, digits(most))));
  return choice(options);
}

/** Whole numbers without leading zeros; neither bound below 0. */
function wholeRange(least: bigint, most: bigint): Expression {
  const [from, to] = [`${least}`, `${most}`];
  const options: Expression[] = [];
  for (let length = from.length; length <= to.length; length += 1) {
    const low = length === from.length ? from : `1${repeat('0', length - 1)}`;
    const high = length === to.length ? to : repeat('9', length);
    options.push(digitStrings(low, high, 'whole'));
  }
  return choice(options);
}

/** A point and digits that lie between, read as if zeros followed; nothing at all where zero lies between. */
function fraction(least: string, most: string): Expression {
  if (least === '') return empty;
  const digits = sequence(text('.'), digitStrings(least, most, 'started'));
  return isAll('0', least) ? optional(digits) : digits;
}

/** `whole`: all digits; `started`: at least one more digit; `open`: may end wherever zeros may follow. */
type Ending = 'whole' | 'started' | 'open';

/** Strings of digits between two of the same length. */
function digitStrings(least: string, most: string, ending: Ending): Expression {
  if (least === '') return empty;
  if (isAll('0', least) && isAll('9', most)) {
    const shortest = { whole: least.length, started: 1, open: 0 }[ending];
    return repetition(digit, shortest, least.length);
  }
  const rest = ending === 'whole' ? 'whole' : 'open';
  const options = firstDigits(least, most).map(([from, to, low, high]) =>
    sequence(characters([from, to]), digitStrings(low, high, rest)),
  );
  if (ending === 'open' && isAll('0', least)) options.push(empty);
  return choice(options);
}

/** Ranges of the first digit, each with the bounds of the digits after it. */
function firstDigits(least: string, most: string): [number, number, string, string][] {
  const [low, high] = [least.charCodeAt(0), most.charCodeAt(0)];
  const [lowRest, highRest] = [least.slice(1), most.slice(1)];
  if (low === high) return [[low, low, lowRest, highRest]];
  const [zeros, nines] = [repeat('0', lowRest.length), repeat('9', lowRest.length)];
  const first = lowRest === zeros ? low : low + 1;
  const last = highRest === nines ? high : high - 1;
  const ranges: [number, number, string, string][] = [];
  if (first !== low) ranges.push([low, low, lowRest, nines]);
  if (first <= last) ranges.push([first, last, zeros, nines]);
  if (last !== high) ranges.push([high, high, zeros, highRest]);
  return ranges;
}

function isAll(character: string, digits: string): boolean {
  return digits === repeat(character, digits.length);
}

function repeat(character: string, length: number): string {
  return character.repeat(length);
}

function pad(value: bigint, length: number): string {
  return `${value}`.padStart(length, '0');
}
