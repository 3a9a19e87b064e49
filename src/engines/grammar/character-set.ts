import {
  type CharacterRange,
  characters,
  choice,
  type Expression,
  text,
} from './gbnf-expression.ts';
import { plainCharacters } from './json-value-rules.ts';

/** Code points as ascending ranges that neither touch nor overlap. */
export type CharacterSet = readonly CharacterRange[];

const lastCodePoint = 0x10ffff;

export function union(...sets: readonly CharacterSet[]): CharacterSet {
  const ranges = sets.flat().toSorted((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of ranges) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1) {
      previous[1] = Math.max(previous[1], last);
    } else {
      merged.push([first, last]);
    }
  }
  return merged;
}

export function complement(set: CharacterSet): CharacterSet {
  const ranges: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= lastCodePoint) ranges.push([next, lastCodePoint]);
  return ranges;
}

export function intersection(one: CharacterSet, other: CharacterSet): CharacterSet {
  return complement(union(complement(one), complement(other)));
}

export function setOf(codePoints: Iterable<number>): CharacterSet {
  return union([...codePoints].map((codePoint) => [codePoint, codePoint]));
}

/** What JSON writes with a letter after the backslash. */
const shortEscapes: readonly (readonly [number, string])[] = [
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
];

/**
 * One character of the set inside a JSON string; undefined when JSON text has none of them. Control
 * characters without a short escape are written only where the set has nothing else.
 */
export function inJsonString(set: CharacterSet): Expression | undefined {
  const options: Expression[] = [];
  const plain = intersection(set, plainCharacters);
  if (plain.length > 0) options.push(characters(...plain));
  for (const [codePoint, written] of shortEscapes) {
    if (has(set, codePoint)) options.push(text(written));
  }
  if (options.length === 0) {
    for (let codePoint = 0; codePoint < 0x20; codePoint += 1) {
      if (has(set, codePoint)) options.push(text(`\\u${codePoint.toString(16).padStart(4, '0')}`));
    }
    if (has(set, 0x7f)) options.push(characters([0x7f, 0x7f]));
  }
  return options.length === 0 ? undefined : choice(options);
}

function has(set: CharacterSet, codePoint: number): boolean {
  return set.some(([first, last]) => first <= codePoint && codePoint <= last);
}
