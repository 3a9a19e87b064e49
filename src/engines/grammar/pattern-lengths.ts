import type { AST } from '@eslint-community/regexpp';

/** How many characters something matches, both included; `most` may be Infinity. */
export interface LengthRange {
  readonly least: number;
  readonly most: number;
}

/** How often a quantifier of the pattern may repeat, where that is less than it says. */
export type NarrowedQuantifiers = ReadonlyMap<AST.Quantifier, LengthRange>;

export function lengthOf(element: AST.Element): LengthRange {
  switch (element.type) {
    case 'Assertion':
      return { least: 0, most: 0 };
    case 'Quantifier': {
      const of = lengthOf(element.element);
      const most = of.most === 0 || element.max === 0 ? 0 : of.most * element.max;
      return { least: of.least * element.min, most };
    }
    case 'Group':
    case 'CapturingGroup':
      return lengthOfAlternatives(element.alternatives);
    default:
      return { least: 1, most: 1 };
  }
}

export function lengthOfAlternatives(alternatives: readonly AST.Alternative[]): LengthRange {
  const lengths = alternatives.map((alternative) => lengthOfAll(alternative.elements));
  return {
    least: Math.min(...lengths.map((length) => length.least)),
    most: Math.max(...lengths.map((length) => length.most)),
  };
}

function lengthOfAll(elements: readonly AST.Element[]): LengthRange {
  const lengths = elements.map(lengthOf);
  return {
    least: lengths.reduce((sum, length) => sum + length.least, 0),
    most: lengths.reduce((sum, length) => sum + length.most, 0),
  };
}

/**
 * Narrows the quantifiers of one alternative until everything it matches is within `wanted`. undefined
 * when that takes more than quantifiers at its top level. The room is shared out evenly between them.
 */
export function narrowQuantifiers(
  elements: readonly AST.Element[],
  wanted: LengthRange,
): NarrowedQuantifiers | undefined {
  const narrowed = new Map<AST.Quantifier, LengthRange>();
  const flexible = elements.filter(isFlexible);
  const rest = lengthOfAll(elements.filter((element) => !isFlexible(element)));
  let missing = wanted.least - rest.least;
  for (const quantifier of flexible) missing -= lengthOf(quantifier).least;
  for (const quantifier of flexible) {
    const { least } = lengthOf(quantifier.element);
    const added =
      least === 0
        ? 0
        : Math.min(quantifier.max - quantifier.min, Math.ceil(Math.max(0, missing) / least));
    missing -= added * least;
    narrowed.set(quantifier, { least: quantifier.min + added, most: quantifier.max });
  }
  if (missing > 0) return undefined;
  return capQuantifiers(narrowed, wanted.most - rest.most);
}

function capQuantifiers(
  narrowed: Map<AST.Quantifier, LengthRange>,
  room: number,
): NarrowedQuantifiers | undefined {
  if (room === Number.POSITIVE_INFINITY) return narrowed;
  let left = room;
  for (const [quantifier, bounds] of narrowed) {
    left -= bounds.least * lengthOf(quantifier.element).most;
  }
  if (!(left >= 0)) return undefined;
  let waiting = narrowed.size;
  for (const [quantifier, bounds] of narrowed) {
    const { most } = lengthOf(quantifier.element);
    const share = Math.floor(left / waiting / most);
    const added = Math.min(bounds.most - bounds.least, share);
    narrowed.set(quantifier, { least: bounds.least, most: bounds.least + added });
    left -= added * most;
    waiting -= 1;
  }
  return narrowed;
}

/** A quantifier whose rounds can be counted in characters. */
function isFlexible(element: AST.Element): element is AST.Quantifier {
  if (element.type !== 'Quantifier' || element.min === element.max) return false;
  const { most } = lengthOf(element.element);
  return most > 0 && Number.isFinite(most);
}
