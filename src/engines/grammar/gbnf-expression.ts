/** Code points from the first to the second, both included. */
export type CharacterRange = readonly [number, number];

/** The right side of a grammar rule. */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'characters'; readonly ranges: readonly CharacterRange[] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | {
      readonly kind: 'repetition';
      readonly of: Expression;
      readonly least: number;
      /** Infinity = unbounded. */
      readonly most: number;
    };

export const empty: Expression = { kind: 'sequence', parts: [] };

export function text(value: string): Expression {
  return value === '' ? empty : { kind: 'text', text: value };
}

export function characters(...ranges: readonly CharacterRange[]): Expression {
  const [only] = ranges;
  if (only !== undefined && ranges.length === 1 && only[0] === only[1]) {
    return text(String.fromCodePoint(only[0]));
  }
  return { kind: 'characters', ranges };
}

export function sequence(...parts: readonly Expression[]): Expression {
  const flat: Expression[] = [];
  for (const part of parts.flatMap((each) => (each.kind === 'sequence' ? each.parts : [each]))) {
    const last = flat.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') {
      flat[flat.length - 1] = text(last.text + part.text);
    } else {
      flat.push(part);
    }
  }
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: 'sequence', parts: flat };
}

/** At least one option. */
export function choice(options: readonly Expression[]): Expression {
  const flat = options.flatMap((each) => (each.kind === 'choice' ? each.options : [each]));
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : { kind: 'choice', options: flat };
}

export function repetition(of: Expression, least: number, most: number): Expression {
  if (most === 0 || isEmpty(of)) return empty;
  return least === 1 && most === 1 ? of : { kind: 'repetition', of, least, most };
}

export function optional(of: Expression): Expression {
  return repetition(of, 0, 1);
}

export function isEmpty(expression: Expression): boolean {
  return expression.kind === 'sequence' && expression.parts.length === 0;
}
