import { type Compilation, type SchemaGrammar, single } from './compilation.ts';
import { isWholeIn, toDecimal, toUnits } from './decimal.ts';
import { decimalRange } from './digit-range.ts';
import { fractionDigitsMax } from './json-value-rules.ts';
import { literalChoice } from './literal-grammar.ts';
import { largestMultiple, wholeMultiples } from './multiple-grammar.ts';
import { readNumberRange, widestRange } from './number-range.ts';
import type { SchemaObject } from './schema.ts';

/** Multiples of anything can be listed when there are no more than this. */
const listedMultiplesMax = 1000;

/** A number: the whole range in the usual notation; bounded, in decimal notation without an exponent. */
export function numberGrammar(
  compilation: Compilation,
  schema: SchemaObject,
  type: 'integer' | 'number',
): SchemaGrammar {
  const isWhole =
    type === 'integer' || (schema.multipleOf !== undefined && Number.isInteger(schema.multipleOf));
  const fractionDigits = isWhole ? 0 : fractionDigitsMax;
  const multipleOf =
    isWhole && schema.multipleOf !== undefined ? wholeStep(schema.multipleOf) : schema.multipleOf;
  if (multipleOf !== undefined && !isEverything(multipleOf, fractionDigits)) {
    const multiples = multiplesGrammar(compilation, schema, multipleOf, fractionDigits);
    if (multiples !== undefined) return multiples;
    const message = `multipleOf ${multipleOf} cannot be guaranteed here: give a minimum and a maximum with at most ${listedMultiplesMax} multiples between them.`;
    compilation.unsupported(schema, 'multipleOf', message);
  }
  const range = readNumberRange(compilation, schema, fractionDigits);
  if (range === undefined) {
    return single(isWhole ? compilation.json.integer() : compilation.json.number());
  }
  const expression = decimalRange(range.least, range.most, fractionDigits);
  return single(compilation.rules.define(type, expression));
}

/** The whole numbers among the multiples of 1.5 are the multiples of 3. */
function wholeStep(multipleOf: number): number {
  const { exponent } = toDecimal(multipleOf);
  if (exponent >= 0) return multipleOf;
  const step = toUnits(multipleOf, -exponent, 'down');
  return Number(step / greatestCommonDivisor(step, 10n ** BigInt(-exponent)));
}

function greatestCommonDivisor(one: bigint, other: bigint): bigint {
  return other === 0n ? one : greatestCommonDivisor(other, one % other);
}

/** Whether every number that would be written anyway is a multiple, e.g. of 1 for integers. */
function isEverything(multipleOf: number, fractionDigits: number): boolean {
  const { digits, exponent } = toDecimal(multipleOf);
  const power = `${digits}`.length - 1 + exponent;
  return /^10*$/.test(`${digits}`) && power === -fractionDigits;
}

function multiplesGrammar(
  compilation: Compilation,
  schema: SchemaObject,
  multipleOf: number,
  wantedDigits: number,
): SchemaGrammar | undefined {
  const { digits, exponent } = toDecimal(multipleOf);
  const fractionDigits = Math.min(wantedDigits, Math.max(0, -exponent));
  if (!isWholeIn(multipleOf, fractionDigits)) return undefined;
  const range = readNumberRange(compilation, schema, fractionDigits);
  if (digits === 1n && exponent <= 0) {
    const { least, most } = range ?? widestRange(fractionDigits);
    return single(compilation.rules.define('number', decimalRange(least, most, fractionDigits)));
  }
  const step = toUnits(multipleOf, fractionDigits, 'down');
  const { least, most } = range ?? widestRange(fractionDigits);
  const first = ceilDivide(least, step);
  const last = -ceilDivide(-most, step);
  if (first > last) compilation.refuse(schema, 'multipleOf', 'No multiple lies in the range.');
  if (last - first < listedMultiplesMax) {
    const count = Number(last - first) + 1;
    const values = Array.from({ length: count }, (_, index) => (first + BigInt(index)) * step);
    const texts = values.map((value) => printUnits(value, fractionDigits));
    return single(compilation.rules.define('multiple', literalChoice(texts)));
  }
  if (fractionDigits > 0 || most < largestMultiple(step)) return undefined;
  const sign = leastSign(least, step);
  if (sign === undefined) return undefined;
  const expression = wholeMultiples(compilation.rules, step, sign);
  return expression === undefined ? undefined : single(expression);
}

/** Which multiples a lower bound lets through; undefined when it cuts somewhere else. */
function leastSign(least: bigint, step: bigint): 'any' | 'from-zero' | 'positive' | undefined {
  if (least <= -largestMultiple(step)) return 'any';
  if (least > step || least <= -step) return undefined;
  return least > 0n ? 'positive' : 'from-zero';
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return quotient * divisor < value ? quotient + 1n : quotient;
}

function printUnits(units: bigint, fractionDigits: number): string {
  if (fractionDigits === 0) return `${units}`;
  const magnitude = `${units < 0n ? -units : units}`.padStart(fractionDigits + 1, '0');
  const whole = magnitude.slice(0, -fractionDigits);
  const fraction = magnitude.slice(-fractionDigits).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
