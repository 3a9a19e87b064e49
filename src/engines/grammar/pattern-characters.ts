import type { AST } from '@eslint-community/regexpp';
import { type CharacterSet, complement, setOf, union } from './character-set.ts';
import type { CharacterRange } from './gbnf-expression.ts';

const digits: CharacterSet = [[0x30, 0x39]];
const wordCharacters: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const lineEnds = setOf([0x0a, 0x0d, 0x2028, 0x2029]);

/** Properties are read off the regular expressions of this process, up to here: the rest is rare and slow. */
const propertyCodePointMax = 0xffff;

/** The code points that one element of a pattern matches; undefined for what no grammar can say. */
export function patternCharacters(
  element: AST.Element | AST.CharacterClassElement,
): CharacterSet | undefined {
  switch (element.type) {
    case 'Character':
      return isSurrogate(element.value) ? undefined : [[element.value, element.value]];
    case 'CharacterClassRange':
      return [[element.min.value, element.max.value]];
    case 'CharacterSet':
      return namedSet(element);
    case 'CharacterClass': {
      const parts = element.elements.map(patternCharacters);
      if (!parts.every((part) => part !== undefined)) return undefined;
      const set = union(...parts);
      return element.negate ? complement(set) : set;
    }
    default:
      return undefined;
  }
}

/** Half of a character: the pattern spells one that only the unicode mode reads as a whole. */
function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

function namedSet(element: AST.CharacterSet): CharacterSet | undefined {
  switch (element.kind) {
    case 'any':
      return complement(lineEnds);
    case 'digit':
      return element.negate ? complement(digits) : digits;
    case 'word':
      return element.negate ? complement(wordCharacters) : wordCharacters;
    case 'space':
      return element.negate ? complement(matchingSet('\\s')) : matchingSet('\\s');
    case 'property':
      return element.strings ? undefined : matchingSet(element.raw);
  }
}

const matchingSets = new Map<string, CharacterSet>();
const matchingSetsMax = 32;

/** Asks the regular expression engine itself, so that both agree. `source` is one parsed escape, e.g. `\s`. */
function matchingSet(source: string): CharacterSet {
  const known = matchingSets.get(source);
  if (known !== undefined) return known;
  const single = new RegExp(`^${source}$`, 'u');
  const ranges: CharacterRange[] = [];
  for (let codePoint = 0; codePoint <= propertyCodePointMax; codePoint += 1) {
    if (isSurrogate(codePoint) || !single.test(String.fromCodePoint(codePoint))) continue;
    ranges.push([codePoint, codePoint]);
  }
  const set = union(ranges);
  if (matchingSets.size >= matchingSetsMax) matchingSets.clear();
  matchingSets.set(source, set);
  return set;
}
