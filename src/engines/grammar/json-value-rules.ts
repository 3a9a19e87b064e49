import {
  type CharacterRange,
  characters,
  choice,
  type Expression,
  optional,
  repetition,
  sequence,
  text,
} from './gbnf-expression.ts';
import type { GrammarRules } from './grammar-rules.ts';

/** Rules for JSON that no schema narrows, each defined when it is first asked for. */
export interface JsonValueRules {
  /** One character of a string: as itself, as a short escape, or as `\uXXXX`, surrogates only in pairs. */
  character(): Expression;
  string(): Expression;
  number(): Expression;
  integer(): Expression;
  value(): Expression;
  object(): Expression;
  array(): Expression;
}

/** What may stand in a string as itself. DEL may too, but no model means it. */
export const plainCharacters: readonly CharacterRange[] = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7e],
  [0x80, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** Nobody needs more digits than a double can hold, and without a bound a model may never stop. */
export const integerDigitsMax = 15;
export const fractionDigitsMax = 10;
const exponentDigitsMax = 2;

export const digit = characters([0x30, 0x39]);
const nonZeroDigit = characters([0x31, 0x39]);
const hexDigit = characters([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);

/** After `:` and `,` only, and never more than one: unbounded white space lets a small model print it forever. */
const space = optional(text(' '));
export const comma = sequence(text(','), space);
export const colon = sequence(text(':'), space);

const positiveInteger = sequence(nonZeroDigit, repetition(digit, 0, integerDigitsMax - 1));
const anyInteger = choice([text('0'), sequence(optional(text('-')), positiveInteger)]);

export function quoted(content: Expression): Expression {
  return sequence(text('"'), content, text('"'));
}

export function createJsonValueRules(rules: GrammarRules): JsonValueRules {
  const character = once(() =>
    rules.define('char', choice([plain, sequence(text('\\'), escaped)])),
  );
  const string = once(() => rules.define('string', quoted(repetition(character(), 0, Infinity))));
  const number = once(() => rules.define('number', anyNumber));
  const integer = once(() => rules.define('integer', anyInteger));

  const container = (open: string, entry: Expression, close: string) => {
    const more = repetition(rules.define('more', sequence(comma, entry)), 0, Infinity);
    return sequence(text(open), optional(sequence(entry, more)), text(close));
  };
  // The three refer to each other, so the name of the value comes first and its rule last.
  const tree = once(() => {
    const value = rules.reserve('value');
    const pair = rules.define('pair', sequence(string(), colon, value));
    const object = rules.define('object', container('{', pair, '}'));
    const array = rules.define('array', container('[', value, ']'));
    const words = ['true', 'false', 'null'].map(text);
    rules.fill(value, choice([object, array, string(), number(), ...words]));
    return { value, object, array };
  });
  return {
    character,
    string,
    number,
    integer,
    value: () => tree().value,
    object: () => tree().object,
    array: () => tree().array,
  };
}

function once<Result>(create: () => Result): () => Result {
  let created: { readonly result: Result } | undefined;
  return () => {
    created ??= { result: create() };
    return created.result;
  };
}

const plain: Expression = characters(...plainCharacters);

const highSurrogate = sequence(
  characters([0x44, 0x44], [0x64, 0x64]),
  characters([0x38, 0x39], [0x41, 0x42], [0x61, 0x62]),
  repetition(hexDigit, 2, 2),
);
const lowSurrogate = sequence(
  characters([0x44, 0x44], [0x64, 0x64]),
  characters([0x43, 0x46], [0x63, 0x66]),
  repetition(hexDigit, 2, 2),
);
const notSurrogate = choice([
  sequence(
    characters([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]),
    repetition(hexDigit, 3, 3),
  ),
  sequence(
    characters([0x44, 0x44], [0x64, 0x64]),
    characters([0x30, 0x37]),
    repetition(hexDigit, 2, 2),
  ),
]);

/** Without its backslash. */
const escaped: Expression = choice([
  characters(
    ...[...'"\\/bfnrt'].map((each) => each.charCodeAt(0)).map((code) => [code, code] as const),
  ),
  sequence(text('u'), choice([notSurrogate, sequence(highSurrogate, text('\\u'), lowSurrogate)])),
]);

const anyNumber: Expression = sequence(
  optional(text('-')),
  choice([text('0'), positiveInteger]),
  optional(sequence(text('.'), repetition(digit, 1, fractionDigitsMax))),
  optional(
    sequence(
      characters([0x45, 0x45], [0x65, 0x65]),
      optional(characters([0x2b, 0x2b], [0x2d, 0x2d])),
      repetition(digit, 1, exponentDigitsMax),
    ),
  ),
);
