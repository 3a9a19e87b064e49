import { type AST, RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import { inJsonString } from './character-set.ts';
import { choice, type Expression, empty, repetition, sequence } from './gbnf-expression.ts';
import { narrowQuantifiers } from './narrow-quantifiers.ts';
import { patternCharacters } from './pattern-characters.ts';
import {
  type LengthRange,
  lengthOf,
  lengthOfAll,
  lengthOfAlternatives,
  type NarrowedQuantifiers,
  roundsOf,
} from './pattern-lengths.ts';

export interface PatternOptions {
  /** Any one character of a JSON string, for what an unanchored pattern leaves open. */
  readonly anyCharacter: Expression;
  readonly lengths: LengthRange;
  readonly patternCharactersMax: number;
  readonly patternGroupsMax: number;
  readonly repetitionProductMax: number;
}

export type PatternGrammar =
  | { readonly kind: 'compiled'; readonly expression: Expression }
  /** `pattern`: no grammar can say this; `length`: not together with these lengths. */
  | { readonly kind: 'unsupported'; readonly part: 'pattern' | 'length'; readonly reason: string };

class UnsupportedPattern extends Error {}

/**
 * The inside of a JSON string that matches a regular expression. Safe ones only: no lookaround, no
 * backreferences, anchors only at the ends, and everything that repeats within bounds.
 */
export function patternGrammar(source: string, options: PatternOptions): PatternGrammar {
  if (source.length > options.patternCharactersMax) {
    return unsupported('pattern', `it is longer than ${options.patternCharactersMax} characters`);
  }
  const pattern = parsePattern(source);
  if (pattern === undefined) return unsupported('pattern', 'it is not a valid regular expression');
  try {
    checkGroups(pattern, options.patternGroupsMax);
    const expressions: Expression[] = [];
    for (const alternative of topAlternatives(pattern)) {
      checkProducts(alternative.elements, 1, options.repetitionProductMax);
      const expression = anchoredSequence(alternative, options);
      if (expression !== undefined) expressions.push(expression);
    }
    if (expressions.length > 0) return { kind: 'compiled', expression: choice(expressions) };
    return unsupported('length', 'its lengths cannot be combined with minLength or maxLength');
  } catch (error) {
    if (error instanceof UnsupportedPattern) return unsupported('pattern', error.message);
    throw error;
  }
}

function unsupported(part: 'pattern' | 'length', reason: string): PatternGrammar {
  return { kind: 'unsupported', part, reason };
}

/** In unicode mode as JSON Schema wants; without it for escapes such as `\-`, which are everywhere. */
export function parsePattern(source: string): AST.Pattern | undefined {
  const parser = new RegExpParser();
  for (const unicode of [true, false]) {
    try {
      return parser.parsePattern(source, 0, source.length, { unicode });
    } catch {
      // The second mode, or none.
    }
  }
  return undefined;
}

/** `^(a|b)$` has its anchors around the group and `(^a$|^b$)` inside: both come out as alternatives. */
function topAlternatives(pattern: AST.Pattern): readonly AST.Alternative[] {
  let { alternatives } = pattern;
  while (alternatives.length === 1) {
    const [only] = alternatives;
    const [element] = only?.elements ?? [];
    const isGroup = element?.type === 'Group' || element?.type === 'CapturingGroup';
    if (!isGroup || only?.elements.length !== 1) break;
    alternatives = element.alternatives;
  }
  return alternatives;
}

/** One alternative with its anchors; undefined when it cannot have the wanted lengths. */
function anchoredSequence(
  alternative: AST.Alternative,
  options: PatternOptions,
): Expression | undefined {
  const { elements } = alternative;
  const isStart = isAnchor(elements[0], 'start');
  const isEnd = isAnchor(elements.at(-1), 'end');
  const inner = elements.slice(isStart ? 1 : 0, isEnd ? -1 : undefined);
  const own = lengthOfAlternatives([alternative]);
  const { least, most } = options.lengths;
  const canFill = !isStart || !isEnd;
  if (own.most > most || (own.least < least && !canFill)) {
    const narrowed = narrowQuantifiers(inner, options.lengths);
    return narrowed === undefined ? undefined : sequenceOf(inner, narrowed);
  }
  const body = sequenceOf(inner, new Map());
  const fill = (from: number, to: number) => repetition(options.anyCharacter, from, to);
  const missing = Math.max(0, least - own.least);
  const room = most === Infinity ? Infinity : most - own.most;
  if (isEnd) return isStart ? body : sequence(fill(missing, room), body);
  // With a maximum only one side is filled: two would have to share it.
  const before = isStart || room !== Infinity ? empty : fill(0, Infinity);
  return sequence(before, body, fill(missing, room));
}

function isAnchor(element: AST.Element | undefined, kind: 'start' | 'end'): boolean {
  return element?.type === 'Assertion' && element.kind === kind;
}

function sequenceOf(elements: readonly AST.Element[], narrowed: NarrowedQuantifiers): Expression {
  return sequence(...elements.map((element) => elementExpression(element, narrowed)));
}

function elementExpression(element: AST.Element, narrowed: NarrowedQuantifiers): Expression {
  switch (element.type) {
    case 'Quantifier':
      return repeated(element, roundsOf(element, narrowed), narrowed);
    case 'Group':
    case 'CapturingGroup':
      return groupExpression(element, ({ elements }) => sequenceOf(elements, narrowed));
    case 'Assertion':
      throw new UnsupportedPattern(
        element.kind === 'start' || element.kind === 'end'
          ? 'an anchor stands inside it'
          : `${element.raw} looks around`,
      );
    case 'Backreference':
      throw new UnsupportedPattern(`${element.raw} refers back`);
    default: {
      const set = patternCharacters(element);
      const expression = set === undefined ? undefined : inJsonString(set);
      if (expression === undefined) throw new UnsupportedPattern(`${element.raw} is not supported`);
      return expression;
    }
  }
}

function groupExpression(
  group: AST.Group | AST.CapturingGroup,
  expressionOf: (alternative: AST.Alternative) => Expression | undefined,
): Expression {
  if (group.type === 'Group' && group.modifiers !== null) {
    throw new UnsupportedPattern(`${group.raw} changes the flags`);
  }
  const options = group.alternatives.map(expressionOf).filter((option) => option !== undefined);
  return options.length === 0 ? empty : choice(options);
}

/** The engine cannot repeat without end what may be empty, so rounds without a character are left out. */
function repeated(
  { element }: AST.Quantifier,
  { least, most }: LengthRange,
  narrowed: NarrowedQuantifiers,
): Expression {
  if (most !== Infinity || lengthOf(element, narrowed).least > 0) {
    return repetition(elementExpression(element, narrowed), least, most);
  }
  if (element.type !== 'Group' && element.type !== 'CapturingGroup') {
    throw new UnsupportedPattern(`${element.raw} may repeat nothing`);
  }
  const inner = groupExpression(element, (alternative) => nonEmpty(alternative, narrowed));
  return repetition(inner, 0, Infinity);
}

function nonEmpty(
  { elements, raw }: AST.Alternative,
  narrowed: NarrowedQuantifiers,
): Expression | undefined {
  const [only, ...others] = elements;
  if (only === undefined) return undefined;
  if (lengthOfAll(elements, narrowed).least > 0) return sequenceOf(elements, narrowed);
  const isSimple = only.type === 'Quantifier' && others.length === 0;
  if (!isSimple || lengthOf(only.element, narrowed).least === 0) {
    throw new UnsupportedPattern(`${raw} may repeat nothing`);
  }
  return repeated(only, { least: 1, most: roundsOf(only, narrowed).most }, narrowed);
}

function checkGroups(pattern: AST.Pattern, groupsMax: number): void {
  let groups = 0;
  visitRegExpAST(pattern, {
    onGroupEnter: () => {
      groups += 1;
    },
    onCapturingGroupEnter: () => {
      groups += 1;
    },
  });
  if (groups > groupsMax) throw new UnsupportedPattern(`it has more than ${groupsMax} groups`);
}

function checkProducts(elements: readonly AST.Element[], product: number, most: number): void {
  for (const element of elements) {
    const isQuantifier = element.type === 'Quantifier';
    const count = isQuantifier ? Math.max(element.min, finite(element.max), 1) : 1;
    if (product * count > most) {
      throw new UnsupportedPattern(`its repetitions multiply to more than ${most}`);
    }
    const inner = isQuantifier ? element.element : element;
    if (inner.type !== 'Group' && inner.type !== 'CapturingGroup') continue;
    for (const alternative of inner.alternatives) {
      checkProducts(alternative.elements, product * count, most);
    }
  }
}

function finite(count: number): number {
  return count === Infinity ? 1 : count;
}
