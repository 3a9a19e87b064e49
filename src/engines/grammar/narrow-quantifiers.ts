import type { AST } from '@eslint-community/regexpp';
import {
  type LengthRange,
  lengthOf,
  lengthOfAll,
  type NarrowedQuantifiers,
  roundsOf,
} from './pattern-lengths.ts';

/**
 * Takes rounds away from quantifiers until everything that the elements match has a wanted length. The
 * result matches less than pattern and lengths together allow, never more. undefined when it does not work.
 */
export function narrowQuantifiers(
  elements: readonly AST.Element[],
  wanted: LengthRange,
): NarrowedQuantifiers | undefined {
  const narrowed: NarrowedQuantifiers = new Map();
  raiseAll(elements, wanted.least, narrowed);
  capAll(elements, wanted.most, narrowed);
  const { least, most } = lengthOfAll(elements, narrowed);
  return least >= wanted.least && most <= wanted.most ? narrowed : undefined;
}

/** Demands more rounds, first of what may repeat most. */
function raiseAll(
  elements: readonly AST.Element[],
  least: number,
  narrowed: NarrowedQuantifiers,
): void {
  const lengthMost = (element: AST.Element) => lengthOf(element, narrowed).most;
  const longestFirst = elements.toSorted(
    (one, other) => Math.sign(lengthMost(other) - lengthMost(one)) || 0,
  );
  let missing = least - lengthOfAll(elements, narrowed).least;
  for (const element of longestFirst) {
    if (missing <= 0) return;
    const before = lengthOf(element, narrowed).least;
    raise(element, before + missing, narrowed);
    missing -= lengthOf(element, narrowed).least - before;
  }
}

function raise(element: AST.Element, least: number, narrowed: NarrowedQuantifiers): void {
  if (element.type === 'Group' || element.type === 'CapturingGroup') {
    for (const { elements } of element.alternatives) raiseAll(elements, least, narrowed);
  }
  if (element.type !== 'Quantifier') return;
  const inner = lengthOf(element.element, narrowed).least;
  if (inner === 0) return;
  const rounds = roundsOf(element, narrowed);
  const needed = Math.max(rounds.least, Math.ceil(least / inner));
  narrowed.set(element, { least: Math.min(rounds.most, needed), most: rounds.most });
}

/** Shares the room out evenly; what needs little takes little, and leaves the rest to the others. */
function capAll(
  elements: readonly AST.Element[],
  most: number,
  narrowed: NarrowedQuantifiers,
): void {
  if (lengthOfAll(elements, narrowed).most <= most) return;
  const spread = (element: AST.Element) => {
    const length = lengthOf(element, narrowed);
    return length.most - length.least;
  };
  const flexible = elements
    .filter((element) => spread(element) > 0)
    .toSorted((one, other) => Math.sign(spread(one) - spread(other)) || 0);
  let room = most - lengthOfAll(elements, narrowed).least;
  for (const [index, element] of flexible.entries()) {
    const share = Math.floor(room / (flexible.length - index));
    cap(element, lengthOf(element, narrowed).least + share, narrowed);
    room -= spread(element);
  }
}

function cap(element: AST.Element, most: number, narrowed: NarrowedQuantifiers): void {
  if (lengthOf(element, narrowed).most <= most) return;
  if (element.type === 'Group' || element.type === 'CapturingGroup') {
    for (const { elements } of element.alternatives) capAll(elements, most, narrowed);
  }
  if (element.type !== 'Quantifier') return;
  const inner = lengthOf(element.element, narrowed);
  const rounds = roundsOf(element, narrowed);
  // Rounds that are long, or of any length, have to become shorter before some of them fit.
  const fitting =
    inner.most <= most ? most / inner.most : Math.sqrt(most / Math.max(1, inner.least));
  const count = Math.min(rounds.most, Math.max(rounds.least, Math.floor(fitting)));
  narrowed.set(element, { least: rounds.least, most: count });
  if (count > 0) cap(element.element, Math.floor(most / count), narrowed);
}
