import { arrayGrammar } from './array-grammar.ts';
import { type Compilation, type SchemaGrammar, single } from './compilation.ts';
import { text } from './gbnf-expression.ts';
import { literalChoice } from './literal-grammar.ts';
import { isConstraint, mergeSchemas } from './merge-schemas.ts';
import { numberGrammar } from './number-grammar.ts';
import { objectGrammar } from './object-grammar.ts';
import type { SchemaObject, TypeName } from './schema.ts';
import { schemaTypes } from './schema-types.ts';
import { stringGrammar } from './string-grammar.ts';
import { unionGrammar, unite } from './union-grammar.ts';
import { validityOf } from './validate-against-schema.ts';

/** The grammar of one schema object: combinators first, then constants, then its types. */
export function nodeGrammar(compilation: Compilation, schema: SchemaObject): SchemaGrammar {
  if (schema.$ref !== undefined || schema.allOf !== undefined) {
    const merged = mergeSchemas(compilation, schema, [schema]);
    if (merged !== false) return compilation.compile(merged, 'all');
    const keyword = schema.allOf === undefined ? '$ref' : 'allOf';
    compilation.refuse(schema, keyword, `The parts of ${keyword} contradict each other.`);
  }
  if (schema.const !== undefined || schema.enum !== undefined) {
    return literalGrammar(compilation, schema);
  }
  if (schema.anyOf !== undefined) return unionGrammar(compilation, schema, 'anyOf');
  if (schema.oneOf !== undefined) return unionGrammar(compilation, schema, 'oneOf');
  const types = schemaTypes(schema);
  if (types === undefined) return single(compilation.json.value());
  const grammars = types.map((type) => typeGrammar(compilation, schema, type));
  return unite(compilation, 'type', grammars);
}

function typeGrammar(
  compilation: Compilation,
  schema: SchemaObject,
  type: TypeName,
): SchemaGrammar {
  switch (type) {
    case 'object':
      return objectGrammar(compilation, schema);
    case 'array':
      return arrayGrammar(compilation, schema);
    case 'string':
      return stringGrammar(compilation, schema);
    case 'number':
    case 'integer':
      return numberGrammar(compilation, schema, type);
    case 'boolean':
      return single(compilation.rules.define('boolean', literalChoice(['true', 'false'])));
    case 'null':
      return single(compilation.rules.define('null', text('null')));
  }
}

function literalGrammar(compilation: Compilation, schema: SchemaObject): SchemaGrammar {
  const keyword = schema.const === undefined ? 'enum' : 'const';
  const values = schema.const === undefined ? (schema.enum ?? []) : [schema.const];
  const isAlone = Object.keys(schema).every((each) => each === keyword || !isConstraint(each));
  const allowed = isAlone ? values : values.filter(validityOf(compilation.root, schema));
  if (allowed.length === 0) {
    compilation.refuse(schema, keyword, `No value of ${keyword} satisfies the rest of the schema.`);
  }
  const texts = allowed.map((value) => JSON.stringify(value));
  return single(compilation.rules.define(keyword, literalChoice(texts)));
}
