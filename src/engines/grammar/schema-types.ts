import type { SchemaObject, TypeName } from './schema.ts';
import { stringFormats } from './string-formats.ts';

const keywordsOfType: readonly (readonly [TypeName, readonly string[]])[] = [
  [
    'object',
    [
      ...['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties'],
      ...['maxProperties', 'unevaluatedProperties'],
    ],
  ],
  [
    'array',
    [
      ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'minItems', 'maxItems'],
      'uniqueItems',
    ],
  ],
  ['string', ['minLength', 'maxLength', 'pattern']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/**
 * The types that are written for a schema: those it names, else those that its keywords are about, since
 * `{properties: …}` without a type means an object to everybody who writes it. undefined = any.
 */
export function schemaTypes(schema: SchemaObject): readonly TypeName[] | undefined {
  const { type } = schema;
  if (type === undefined) return impliedTypes(schema);
  const named = new Set([type].flat());
  if (schema.nullable === true) named.add('null');
  if (named.has('number')) named.delete('integer');
  return [...named];
}

function impliedTypes(schema: SchemaObject): readonly TypeName[] | undefined {
  const implied = keywordsOfType
    .filter(([, keywords]) => keywords.some((keyword) => schema[keyword] !== undefined))
    .map(([type]) => type);
  const isFormatted = schema.format !== undefined && stringFormats.has(schema.format);
  if (isFormatted && !implied.includes('string')) implied.push('string');
  return implied.length === 0 ? undefined : implied;
}
