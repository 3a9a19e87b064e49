import type { AST } from '@eslint-community/regexpp';

/** How many characters or rounds, both included; `most` may be Infinity. */
export interface LengthRange {
  readonly least: number;
  readonly most: number;
}

/** How often a quantifier of the pattern may repeat, where that is less than it says. */
export type NarrowedQuantifiers = Map<AST.Quantifier, LengthRange>;

export function roundsOf(quantifier: AST.Quantifier, narrowed: NarrowedQuantifiers): LengthRange {
  return narrowed.get(quantifier) ?? { least: quantifier.min, most: quantifier.max };
}

/** How many characters something matches. */
export function lengthOf(
  element: AST.Element,
  narrowed: NarrowedQuantifiers = new Map(),
): LengthRange {
  switch (element.type) {
    case 'Assertion':
      return { least: 0, most: 0 };
    case 'Quantifier': {
      const of = lengthOf(element.element, narrowed);
      const rounds = roundsOf(element, narrowed);
      const most = of.most === 0 || rounds.most === 0 ? 0 : of.most * rounds.most;
      return { least: of.least * rounds.least, most };
    }
    case 'Group':
    case 'CapturingGroup':
      return lengthOfAlternatives(element.alternatives, narrowed);
    default:
      return { least: 1, most: 1 };
  }
}

export function lengthOfAlternatives(
  alternatives: readonly AST.Alternative[],
  narrowed: NarrowedQuantifiers = new Map(),
): LengthRange {
  const lengths = alternatives.map(({ elements }) => lengthOfAll(elements, narrowed));
  return {
    least: Math.min(...lengths.map((length) => length.least)),
    most: Math.max(...lengths.map((length) => length.most)),
  };
}

export function lengthOfAll(
  elements: readonly AST.Element[],
  narrowed: NarrowedQuantifiers,
): LengthRange {
  const lengths = elements.map((element) => lengthOf(element, narrowed));
  return {
    least: lengths.reduce((sum, length) => sum + length.least, 0),
    most: lengths.reduce((sum, length) => sum + length.most, 0),
  };
}
