import { isSchema, isSchemaObject, typeNames } from './schema.ts';

type Shape = (value: unknown) => boolean;

const isString: Shape = (value) => typeof value === 'string';
const isNumber: Shape = (value) => typeof value === 'number' && Number.isFinite(value);
const isCount: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isBoolean: Shape = (value) => typeof value === 'boolean';
const isTypeName: Shape = (value) => typeNames.some((name) => name === value);
const isListOf = (item: Shape, least: number): Shape => {
  return (value) => Array.isArray(value) && value.length >= least && value.every(item);
};
const isSchemaMap: Shape = (value) => isSchemaObject(value) && Object.values(value).every(isSchema);
const isSchemaList = isListOf(isSchema, 1);
const isAny =
  (...shapes: readonly Shape[]): Shape =>
  (value) =>
    shapes.some((shape) => shape(value));

/** Every keyword that constrains a value and that the compiler knows, with what it must look like. */
export const keywordShapes: ReadonlyMap<string, { readonly isRight: Shape; readonly is: string }> =
  new Map(
    Object.entries({
      $ref: { isRight: isString, is: 'a string' },
      $defs: { isRight: isSchemaMap, is: 'an object of schemas' },
      definitions: { isRight: isSchemaMap, is: 'an object of schemas' },
      type: { isRight: isAny(isTypeName, isListOf(isTypeName, 1)), is: 'a type name or a list' },
      nullable: { isRight: isBoolean, is: 'a boolean' },
      enum: { isRight: isListOf(() => true, 1), is: 'a list of values' },
      const: { isRight: () => true, is: 'a value' },
      anyOf: { isRight: isSchemaList, is: 'a list of schemas' },
      oneOf: { isRight: isSchemaList, is: 'a list of schemas' },
      allOf: { isRight: isSchemaList, is: 'a list of schemas' },
      properties: { isRight: isSchemaMap, is: 'an object of schemas' },
      required: { isRight: isListOf(isString, 0), is: 'a list of property names' },
      additionalProperties: { isRight: isSchema, is: 'a boolean or a schema' },
      propertyNames: { isRight: isSchema, is: 'a schema' },
      minProperties: { isRight: isCount, is: 'a whole number' },
      maxProperties: { isRight: isCount, is: 'a whole number' },
      unevaluatedProperties: { isRight: isSchema, is: 'a boolean or a schema' },
      items: { isRight: isAny(isSchema, isListOf(isSchema, 0)), is: 'a schema' },
      prefixItems: { isRight: isSchemaList, is: 'a list of schemas' },
      additionalItems: { isRight: isSchema, is: 'a boolean or a schema' },
      unevaluatedItems: { isRight: isSchema, is: 'a boolean or a schema' },
      minItems: { isRight: isCount, is: 'a whole number' },
      maxItems: { isRight: isCount, is: 'a whole number' },
      uniqueItems: { isRight: isBoolean, is: 'a boolean' },
      minLength: { isRight: isCount, is: 'a whole number' },
      maxLength: { isRight: isCount, is: 'a whole number' },
      pattern: { isRight: isString, is: 'a regular expression' },
      format: { isRight: isString, is: 'a string' },
      minimum: { isRight: isNumber, is: 'a number' },
      maximum: { isRight: isNumber, is: 'a number' },
      exclusiveMinimum: { isRight: isAny(isNumber, isBoolean), is: 'a number' },
      exclusiveMaximum: { isRight: isAny(isNumber, isBoolean), is: 'a number' },
      multipleOf: {
        isRight: (value) => isNumber(value) && Number(value) > 0,
        is: 'a number above 0',
      },
    }),
  );

/** Keywords that say something about a schema without constraining a value; they never error. */
const annotations = new Set([
  ...['$schema', '$id', 'id', '$anchor', '$comment', '$vocabulary', '$defs', 'definitions'],
  ...['title', 'description', 'default', 'example', 'examples', 'deprecated', 'readOnly'],
  ...['writeOnly', 'contentEncoding', 'contentMediaType', 'contentSchema', 'strict', 'name'],
  ...['discriminator', 'xml', 'externalDocs', 'enumNames', 'enumDescriptions'],
  ...['markdownDescription', 'propertyOrdering', 'errorMessage'],
]);

export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

/** Keywords whose value holds schemas, by how it holds them. */
export const schemaKeywords = {
  one: [
    'additionalProperties',
    'propertyNames',
    'unevaluatedProperties',
    'items',
    'additionalItems',
    'unevaluatedItems',
  ],
  list: ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items'],
  map: ['properties', '$defs', 'definitions'],
} as const;
