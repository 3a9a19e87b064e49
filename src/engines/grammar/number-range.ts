import type { Compilation } from './compilation.ts';
import { isWholeIn, toUnits } from './decimal.ts';
import { integerDigitsMax } from './json-value-rules.ts';
import type { SchemaObject } from './schema.ts';

/** Inclusive, in units of 10^-fractionDigits. */
export interface NumberRange {
  readonly least: bigint;
  readonly most: bigint;
}

const lowerKeywords = ['minimum', 'exclusiveMinimum'] as const;
const upperKeywords = ['maximum', 'exclusiveMaximum'] as const;
type BoundKeyword = (typeof lowerKeywords | typeof upperKeywords)[number];

/** The bounds of a schema, narrowed to what can be written; undefined when it has none. */
export function readNumberRange(
  compilation: Compilation,
  schema: SchemaObject,
  fractionDigits: number,
): NumberRange | undefined {
  const stated = [...lowerKeywords, ...upperKeywords].filter(
    (keyword) => typeof schema[keyword] === 'number',
  );
  const [first] = stated;
  if (first === undefined) return undefined;
  let { least, most } = widestRange(fractionDigits);
  for (const keyword of stated) {
    if (isLower(keyword)) least = larger(least, firstAllowed(schema, keyword, fractionDigits));
    else most = -larger(-most, -lastAllowed(schema, keyword, fractionDigits));
  }
  if (least > most) {
    const message = `No number with at most ${integerDigitsMax} digits before and ${fractionDigits} after the point lies in this range.`;
    compilation.refuse(schema, first, message);
  }
  return { least, most };
}

export function widestRange(fractionDigits: number): NumberRange {
  const most = 10n ** BigInt(integerDigitsMax + fractionDigits) - 1n;
  return { least: -most, most };
}

function isLower(keyword: BoundKeyword): keyword is (typeof lowerKeywords)[number] {
  return keyword === 'minimum' || keyword === 'exclusiveMinimum';
}

function firstAllowed(schema: SchemaObject, keyword: BoundKeyword, fractionDigits: number): bigint {
  const value = Number(schema[keyword]);
  const units = toUnits(value, fractionDigits, 'up');
  return isExcluded(schema, keyword) && isWholeIn(value, fractionDigits) ? units + 1n : units;
}

function lastAllowed(schema: SchemaObject, keyword: BoundKeyword, fractionDigits: number): bigint {
  const value = Number(schema[keyword]);
  const units = toUnits(value, fractionDigits, 'down');
  return isExcluded(schema, keyword) && isWholeIn(value, fractionDigits) ? units - 1n : units;
}

/** Draft 4 says with a flag beside the bound what later drafts say with a bound of its own. */
function isExcluded(schema: SchemaObject, keyword: BoundKeyword): boolean {
  if (keyword === 'minimum') return schema.exclusiveMinimum === true;
  if (keyword === 'maximum') return schema.exclusiveMaximum === true;
  return true;
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
