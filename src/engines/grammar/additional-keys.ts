import type { Compilation } from './compilation.ts';
import type { Expression } from './gbnf-expression.ts';
import { literalChoice } from './literal-grammar.ts';
import { otherKeys, plainCharacter } from './property-keys.ts';
import { isSchemaObject, type Schema, type SchemaObject } from './schema.ts';
import { isAnnotation } from './schema-keywords.ts';
import { stringContent } from './string-grammar.ts';
import { validityOf } from './validate-against-schema.ts';

export interface AdditionalKeys {
  /** The inside of the key's string. */
  readonly key: Expression;
  readonly value: Schema;
}

/** What a key that is not declared may look like; undefined when there is none. */
export function additionalKeys(
  compilation: Compilation,
  schema: SchemaObject,
): AdditionalKeys | undefined {
  const { properties = {}, unevaluatedProperties } = schema;
  const value = schema.additionalProperties ?? unevaluatedProperties;
  const names = Object.keys(properties);
  // Silent about undeclared keys: a model that is asked for some names should write only those.
  const isClosed = value === undefined && names.length > 0;
  if (isClosed || value === false) return undefined;
  const key = keyContent(compilation, schema, names);
  return key === undefined ? undefined : { key, value: value ?? true };
}

function keyContent(
  compilation: Compilation,
  schema: SchemaObject,
  declared: readonly string[],
): Expression | undefined {
  const names = resolveNames(compilation, schema);
  if (names === false) return undefined;
  if (names === true) return otherKeys(declared);
  const isName = validityOf(compilation.root, names);
  const listed = names.const === undefined ? names.enum : [names.const];
  if (listed !== undefined) {
    const allowed = listed.filter(
      (name): name is string =>
        typeof name === 'string' && !declared.includes(name) && isName(name),
    );
    if (allowed.length === 0) return undefined;
    return literalChoice(allowed.map((name) => JSON.stringify(name).slice(1, -1)));
  }
  const isMixed = declared.some(isName);
  const content = isMixed ? undefined : stringContent(compilation, names, plainCharacter);
  if (isMixed) {
    const message = 'propertyNames cannot be guaranteed beside properties that have such names.';
    compilation.unsupported(schema, 'propertyNames', message);
  }
  return content ?? otherKeys(declared);
}

const nameKeywords = new Set([
  ...['type', 'enum', 'const', 'minLength', 'maxLength', 'pattern', 'format'],
]);

function resolveNames(compilation: Compilation, schema: SchemaObject): Schema {
  const { propertyNames = true } = schema;
  if (!isSchemaObject(propertyNames)) return propertyNames;
  const { $ref } = propertyNames;
  const target = $ref === undefined ? propertyNames : (compilation.resolve($ref) ?? true);
  if (!isSchemaObject(target)) return target;
  const foreign = Object.keys(target).find(
    (keyword) => !nameKeywords.has(keyword) && !isAnnotation(keyword),
  );
  if (foreign === undefined) return target;
  const message = `propertyNames with ${foreign} is not supported: use pattern, enum or lengths.`;
  compilation.unsupported(schema, 'propertyNames', message);
  return true;
}
