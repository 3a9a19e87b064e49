import { additionalKeys } from './additional-keys.ts';
import type { Compilation, SchemaGrammar } from './compilation.ts';
import {
  choice,
  type Expression,
  empty,
  isEmpty,
  optional,
  repetition,
  sequence,
  text,
} from './gbnf-expression.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { colon, comma, quoted } from './json-value-rules.ts';
import { propertyCounts } from './property-counts.ts';
import type { Schema, SchemaObject } from './schema.ts';
import { validityOf } from './validate-against-schema.ts';

interface Entry {
  readonly isRequired: boolean;
  /** Key, colon and value. */
  readonly expression: Expression;
}

/** Undeclared entries, after the declared ones. */
interface OtherEntries {
  readonly entry: Expression;
  readonly least: number;
  readonly most: number;
}

/** An object with its keys in the order in which the schema declares them, undeclared ones last. */
export function objectGrammar(compilation: Compilation, schema: SchemaObject): SchemaGrammar {
  const { rules } = compilation;
  const required = new Set(schema.required);
  const additional = additionalKeys(compilation, schema);
  const declared = declaredProperties(compilation, schema);
  const requiredCount = declared.filter(([name]) => required.has(name)).length;
  const counts = propertyCounts(compilation, schema, {
    required: requiredCount,
    declared: declared.length,
    isOpen: additional !== undefined,
  });

  const grammars: SchemaGrammar[] = [];
  const entries: Entry[] = [];
  for (const [name, value] of declared) {
    const isRequired = required.has(name) || counts.areAllRequired;
    if (!isRequired && counts.areOptionalsOut) continue;
    const grammar = compilation.compile(value, name);
    grammars.push(isRequired ? grammar : { ...grammar, repetitionsLeast: 1 });
    const entry = sequence(text(JSON.stringify(name)), colon, grammar.expression);
    entries.push({ isRequired, expression: rules.define(`${name}-kv`, entry) });
  }
  let others: OtherEntries | undefined;
  if (additional !== undefined && counts.othersMost > 0) {
    const grammar = compilation.compile(additional.value, 'additional');
    grammars.push({ ...grammar, repetitionsLeast: 1 });
    const entry = sequence(quoted(additional.key), colon, grammar.expression);
    const { othersLeast: least, othersMost: most } = counts;
    others = { entry: rules.define('additional-kv', entry), least, most };
  }
  const content = propertyList(rules, entries, others, counts.isEmptyAllowed);
  const expression = rules.define('object', sequence(text('{'), content, text('}')));
  return {
    expression,
    repetitionsLeast: Math.max(1, ...grammars.map((grammar) => grammar.repetitionsLeast)),
    repetitionsMost: Math.max(1, ...grammars.map((grammar) => grammar.repetitionsMost)),
  };
}

/** What may be written under a fixed key, in order; required names that nothing declares come last. */
function declaredProperties(compilation: Compilation, schema: SchemaObject): [string, Schema][] {
  const { properties = {}, additionalProperties = true, propertyNames = true } = schema;
  const required = new Set(schema.required);
  const declared: [string, Schema][] = [];
  const isName = validityOf(compilation.root, propertyNames);
  const add = (name: string, value: Schema, keyword: string) => {
    const isAllowed = value !== false && isName(name);
    if (isAllowed) declared.push([name, value]);
    else if (required.has(name)) {
      const message = `The required property ${JSON.stringify(name)} is not allowed by ${keyword}.`;
      compilation.unsupported(schema, 'required', message);
    }
  };
  for (const [name, value] of Object.entries(properties)) add(name, value, 'properties');
  for (const name of required) {
    if (!Object.hasOwn(properties, name)) add(name, additionalProperties, 'additionalProperties');
  }
  return declared;
}

/**
 * From the last entry backwards: each rule writes its entry and goes on, or skips an optional one. So the
 * grammar grows with the number of entries and not with the number of their combinations.
 */
function propertyList(
  rules: GrammarRules,
  entries: readonly Entry[],
  others: OtherEntries | undefined,
  isEmptyAllowed: boolean,
): Expression {
  let body: Expression = others === undefined ? empty : otherList(rules, others);
  let isForced = others !== undefined && others.least > 0;
  for (const { isRequired, expression } of entries.toReversed()) {
    const more = isEmpty(body) ? empty : sequence(comma, body);
    const own = sequence(expression, isForced ? more : optional(more));
    const canSkip = !isRequired && !isEmpty(body);
    body = rules.define('keys', canSkip ? choice([own, body]) : own);
    isForced ||= isRequired;
  }
  return isForced || !isEmptyAllowed ? body : optional(body);
}

function otherList(rules: GrammarRules, { entry, least, most }: OtherEntries): Expression {
  const more = rules.define('additional', sequence(comma, entry));
  return sequence(entry, repetition(more, Math.max(0, least - 1), most - 1));
}
