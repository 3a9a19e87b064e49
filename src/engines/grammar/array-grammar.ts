import type { Compilation, SchemaGrammar } from './compilation.ts';
import { type Expression, optional, repetition, sequence, text } from './gbnf-expression.ts';
import { comma } from './json-value-rules.ts';
import type { Schema, SchemaObject } from './schema.ts';

interface ArrayShape {
  /** Items with a schema of their own, all of which are written. */
  readonly first: readonly Schema[];
  /** Of every item after those. */
  readonly rest: Schema;
  readonly least: number;
  readonly most: number;
}

export function arrayGrammar(compilation: Compilation, schema: SchemaObject): SchemaGrammar {
  const shape = readShape(compilation, schema);
  if (schema.uniqueItems === true && shape.most > 1) {
    const message = 'uniqueItems cannot be guaranteed: remove it, or send strict: false.';
    compilation.unsupported(schema, 'uniqueItems', message);
  }
  const first = shape.first.map((item) => compilation.compile(item, 'item'));
  const hasRest = shape.most > first.length;
  const rest = hasRest ? compilation.compile(shape.rest, 'item') : undefined;
  const grammars = rest === undefined ? first : [...first, rest];
  const { least } = shape;
  const inLeast = Math.max(1, ...grammars.map((grammar) => grammar.repetitionsLeast));
  const inMost = Math.max(1, ...grammars.map((grammar) => grammar.repetitionsMost));
  const { repetitionProductMax } = compilation.limits;
  if (least * inLeast > repetitionProductMax) {
    const message = `Nested lower bounds multiply to more than ${repetitionProductMax}.`;
    compilation.refuse(schema, 'minItems', message);
  }
  const most = limitProduct(compilation, schema, shape.most, inMost);
  const items = first.map((grammar) => grammar.expression);
  const content = itemList(compilation, items, rest?.expression, least, most);
  return {
    expression: compilation.rules.define('array', sequence(text('['), content, text(']'))),
    repetitionsLeast: Math.max(1, least) * (least === 0 ? 1 : inLeast),
    repetitionsMost: (most === Infinity ? Math.max(1, least) : Math.max(1, most)) * inMost,
  };
}

function limitProduct(
  compilation: Compilation,
  schema: SchemaObject,
  most: number,
  inMost: number,
): number {
  const { repetitionProductMax } = compilation.limits;
  if (most === Infinity || most * inMost <= repetitionProductMax) return most;
  const message = `Nested maxItems multiply to more than ${repetitionProductMax}.`;
  compilation.unsupported(schema, 'maxItems', message);
  return Infinity;
}

function readShape(compilation: Compilation, schema: SchemaObject): ArrayShape {
  const { items, prefixItems, additionalItems, unevaluatedItems } = schema;
  const isLegacyTuple = isList(items);
  const first = isLegacyTuple ? items : (prefixItems ?? []);
  const stated = (isLegacyTuple ? additionalItems : items) ?? unevaluatedItems;
  const { least, most } = readBounds(compilation, schema);
  const forbidden = first.indexOf(false);
  let longest = forbidden === -1 ? most : Math.min(most, forbidden);
  // A tuple that is silent about further items gets none, unless minItems asks for them.
  if (stated === undefined && first.length > 0)
    longest = Math.min(longest, Math.max(first.length, least));
  if (stated === false) longest = Math.min(longest, first.length);
  if (longest < least) {
    const keyword = schema.minItems === undefined ? 'items' : 'minItems';
    compilation.refuse(schema, keyword, 'The array cannot have as many items as it must have.');
  }
  const written = first.slice(0, longest);
  return {
    first: written,
    rest: stated ?? true,
    least: Math.max(least, written.length),
    most: longest,
  };
}

function readBounds(compilation: Compilation, schema: SchemaObject) {
  const { repetitionsMax } = compilation.limits;
  const { minItems: least = 0, maxItems: most = Infinity } = schema;
  if (least > repetitionsMax) {
    compilation.refuse(schema, 'minItems', `minItems must be at most ${repetitionsMax}.`);
  }
  if (most !== Infinity && most > repetitionsMax) {
    compilation.unsupported(schema, 'maxItems', `maxItems must be at most ${repetitionsMax}.`);
    return { least, most: Infinity };
  }
  return { least, most };
}

function itemList(
  compilation: Compilation,
  first: readonly Expression[],
  rest: Expression | undefined,
  least: number,
  most: number,
): Expression {
  const [head = rest, ...tail] = first;
  if (head === undefined) return sequence();
  const fixed = sequence(head, ...tail.map((item) => sequence(comma, item)));
  const written = Math.max(1, first.length);
  if (rest === undefined) return fixed;
  const more = compilation.rules.define('more', sequence(comma, rest));
  const list = sequence(fixed, repetition(more, Math.max(0, least - written), most - written));
  return least === 0 ? optional(list) : list;
}

function isList(value: Schema | readonly Schema[] | undefined): value is readonly Schema[] {
  return Array.isArray(value);
}
