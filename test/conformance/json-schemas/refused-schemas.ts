import { alwaysRefused, refused } from './schema-case.ts';

const whole = { type: 'integer' };
const text = { type: 'string' };
const object = (properties: object, keywords: object = {}) => ({
  type: 'object',
  properties,
  ...keywords,
});
const pattern = (source: string, keywords: object = {}) => ({
  ...text,
  pattern: source,
  ...keywords,
});

const unsupportedKeywords = [
  refused('not', 'not', { not: { type: 'null' } }),
  refused('if', 'if', { if: { type: 'string' }, else: { minLength: 2 } }),
  refused('then without if', 'then', JSON.parse('{"then":{"minLength":2}}')),
  refused('else', 'else', { else: { minLength: 2 } }),
  refused('contains', 'contains', { type: 'array', contains: whole }),
  refused('minContains', 'minContains', { type: 'array', minContains: 2 }),
  refused('maxContains', 'maxContains', { type: 'array', maxContains: 2 }),
  refused('patternProperties', 'patternProperties', {
    type: 'object',
    patternProperties: { '^a': whole },
  }),
  refused(
    'dependentRequired',
    'dependentRequired',
    object({ a: whole }, { dependentRequired: { a: ['b'] } }),
  ),
  refused(
    'dependentSchemas',
    'dependentSchemas',
    object({ a: whole }, { dependentSchemas: { a: {} } }),
  ),
  refused('dependencies', 'dependencies', object({ a: whole }, { dependencies: { a: ['b'] } })),
  refused('$dynamicRef', '$dynamicRef', { $dynamicRef: '#node' }),
  refused('$recursiveRef', '$recursiveRef', { $recursiveRef: '#' }),
  refused('a keyword that nobody knows', 'minimun', { type: 'integer', minimun: 3 }),
  refused('in a property', 'not', object({ a: { not: {} } }), 'properties.a.not'),
  refused(
    'in items',
    'contains',
    { type: 'array', items: { type: 'array', contains: {} } },
    'items.contains',
  ),
  refused('in a branch', 'if', { anyOf: [text, { if: {} }] }, 'anyOf[1].if'),
  refused(
    'in a definition',
    'not',
    { $defs: { x: { not: {} } }, $ref: '#/$defs/x' },
    '$defs.x.not',
  ),
  refused(
    'under a name with a space',
    'not',
    object({ 'a b': { not: {} } }),
    'properties["a b"].not',
  ),
  refused(
    'under a name with a point',
    'not',
    object({ 'a.b': { not: {} } }),
    'properties["a.b"].not',
  ),
  refused('uniqueItems', 'uniqueItems', { type: 'array', items: whole, uniqueItems: true }),
  refused('multipleOf without bounds', 'multipleOf', { type: 'number', multipleOf: 0.25 }),
  refused('multipleOf of a large prime', 'multipleOf', { type: 'integer', multipleOf: 7919 }),
  refused('minProperties of a map', 'minProperties', {
    type: 'object',
    additionalProperties: whole,
    minProperties: 3,
  }),
  refused(
    'minProperties of some',
    'minProperties',
    object({ a: whole, b: whole, c: whole }, { minProperties: 2 }),
  ),
  refused(
    'maxProperties of some',
    'maxProperties',
    object({ a: whole, b: whole, c: whole }, { maxProperties: 2 }),
  ),
  refused('propertyNames beyond strings', 'propertyNames', {
    type: 'object',
    propertyNames: { anyOf: [{ maxLength: 3 }] },
    additionalProperties: whole,
  }),
  refused(
    'propertyNames beside such names',
    'propertyNames',
    object({ ab: whole }, { propertyNames: { pattern: '^a' }, additionalProperties: text }),
  ),
  refused('oneOf that overlaps', 'oneOf', { oneOf: [whole, { type: 'number' }] }),
  refused('oneOf of open objects', 'oneOf', {
    oneOf: [object({ a: whole }), object({ b: whole })],
  }),
  refused('oneOf without types', 'oneOf', { oneOf: [text, { minimum: 4 }] }),
  refused('oneOf of lengths', 'oneOf', {
    oneOf: [
      { ...text, maxLength: 3 },
      { ...text, minLength: 2 },
    ],
  }),
  refused('allOf of two patterns', 'pattern', {
    ...text,
    allOf: [{ pattern: '^a' }, { pattern: 'b$' }],
  }),
  refused('a pattern with a format', 'format', { ...text, format: 'date', pattern: '^2' }),
  refused('maxLength beyond the limit', 'maxLength', { ...text, maxLength: 2001 }),
  refused('maxItems beyond the limit', 'maxItems', { type: 'array', items: whole, maxItems: 5000 }),
  refused('a product of maxItems', 'maxItems', {
    type: 'array',
    maxItems: 100,
    items: { type: 'array', maxItems: 100 },
  }),
  refused('a reference to nowhere', '$ref', { $ref: '#/$defs/missing' }),
  refused(
    'a reference to another document',
    '$ref',
    object({ a: { $ref: 'https://example.com/x.json' } }),
    'properties.a.$ref',
  ),
  refused('a reference to what is no schema', '$ref', {
    $defs: { a: whole },
    $ref: '#/$defs/a/type',
  }),
  refused(
    'a required name that is forbidden',
    'required',
    object({ a: whole }, { required: ['b'], additionalProperties: false }),
  ),
];

const unsupportedPatterns = [
  refused('lookahead', 'pattern', pattern('^(?=a).*$')),
  refused('negative lookahead', 'pattern', pattern('^(?!a).*$')),
  refused('lookbehind', 'pattern', pattern('(?<=a)b')),
  refused('a backreference', 'pattern', pattern('^(a)\\1$')),
  refused('a named backreference', 'pattern', pattern('^(?<x>a)\\k<x>$')),
  refused('a word boundary', 'pattern', pattern('\\bword\\b')),
  refused('an anchor inside', 'pattern', pattern('a^b')),
  refused('flags inside', 'pattern', pattern('^(?i:abc)$')),
  refused('more than eight groups', 'pattern', pattern('(a)(b)(c)(d)(e)(f)(g)(h)(i)')),
  refused('too many repetitions', 'pattern', pattern('^a{2001}$')),
  refused('nested repetitions', 'pattern', pattern('^((a{50}){50})$')),
  refused('more than 256 characters', 'pattern', pattern(`^${'a'.repeat(256)}$`)),
  refused('an invalid pattern', 'pattern', pattern('(unclosed')),
  refused('an empty class', 'pattern', pattern('^[]$')),

  refused('a length that it cannot have', 'maxLength', pattern('^abcdef$', { maxLength: 3 })),
  refused('a minimum that it cannot have', 'minLength', pattern('^abc$', { minLength: 5 })),
];

const malformed = [
  refused('an unknown type', 'type', { type: 'str' }),
  refused('a type that is a number', 'type', { type: 5 }),
  refused('an empty type list', 'type', { type: [] }),
  refused(
    'required that is a boolean',
    'required',
    object({ a: { ...text, required: true } }),
    'properties.a.required',
  ),
  refused('required of numbers', 'required', { type: 'object', required: [1] }),
  refused('properties that is a list', 'properties', { type: 'object', properties: [] }),
  refused('a property that is a string', 'properties', object({ a: 'string' })),
  refused('items that is a string', 'items', { type: 'array', items: 'string' }),
  refused('an empty anyOf', 'anyOf', { anyOf: [] }),
  refused('anyOf that is an object', 'anyOf', { anyOf: {} }),
  refused('an empty enum', 'enum', { enum: [] }),
  refused('enum that is a string', 'enum', { enum: 'a' }),
  refused('a negative length', 'minLength', { ...text, minLength: -1 }),
  refused('a fractional length', 'maxLength', { ...text, maxLength: 1.5 }),
  refused('a minimum in quotes', 'minimum', { ...whole, minimum: '5' }),
  refused('multipleOf 0', 'multipleOf', { ...whole, multipleOf: 0 }),
  refused('$ref that is an object', '$ref', { $ref: {} }),
  refused(
    'additionalProperties in quotes',
    'additionalProperties',
    object({}, { additionalProperties: 'false' }),
  ),
];

const contradictions = [
  alwaysRefused('false', 'schema', false, ''),
  alwaysRefused('a list', 'schema', [], ''),
  alwaysRefused('a string', 'schema', 'string', ''),
  alwaysRefused('nothing', 'schema', undefined, ''),
  alwaysRefused(
    'minimum above maximum',
    'minimum',
    { ...whole, minimum: 5, maximum: 4 },
    'minimum',
  ),
  alwaysRefused(
    'no integer in between',
    'minimum',
    { ...whole, minimum: 1.1, maximum: 1.9 },
    'minimum',
  ),
  alwaysRefused('no number in between', 'exclusiveMinimum', {
    type: 'number',
    exclusiveMinimum: 1,
    maximum: 1,
  }),
  alwaysRefused(
    'a minimum beyond fifteen digits',
    'minimum',
    { type: 'number', minimum: 1e16 },
    'minimum',
  ),
  alwaysRefused('no multiple in between', 'multipleOf', {
    ...whole,
    multipleOf: 10,
    minimum: 1,
    maximum: 9,
  }),
  alwaysRefused('minLength above maxLength', 'maxLength', { ...text, minLength: 5, maxLength: 4 }),
  alwaysRefused('minLength beyond the limit', 'minLength', { ...text, minLength: 2001 }),
  alwaysRefused('minItems above maxItems', 'minItems', { type: 'array', minItems: 3, maxItems: 2 }),
  alwaysRefused('minItems beyond the limit', 'minItems', { type: 'array', minItems: 2001 }),
  alwaysRefused('minItems above a closed tuple', 'minItems', {
    type: 'array',
    prefixItems: [whole],
    items: false,
    minItems: 2,
  }),
  alwaysRefused('a product of minItems', 'minItems', {
    type: 'array',
    minItems: 50,
    items: { type: 'array', items: { ...text, minLength: 50 }, minItems: 1 },
  }),
  alwaysRefused('an enum of other types', 'enum', { ...whole, enum: ['a', 'b'] }),
  alwaysRefused('a const out of bounds', 'const', { const: 3, minimum: 5 }),
  alwaysRefused('allOf of other types', 'allOf', { allOf: [text, whole] }),
  alwaysRefused('allOf of other constants', 'allOf', { allOf: [{ const: 1 }, { const: 2 }] }),
  alwaysRefused('allOf with false', 'allOf', { allOf: [text, false] }),
  alwaysRefused('anyOf of false', 'anyOf', { anyOf: [false, false] }),
  alwaysRefused('anyOf that its base forbids', 'anyOf', {
    ...text,
    anyOf: [whole, { type: 'null' }],
  }),
  alwaysRefused(
    'maxProperties below required',
    'maxProperties',
    object({ a: whole, b: whole }, { required: ['a', 'b'], maxProperties: 1 }),
  ),
  alwaysRefused('a schema that is itself', '$ref', { $ref: '#' }),
  alwaysRefused('two that are each other', '$ref', {
    $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
    $ref: '#/$defs/a',
  }),
  alwaysRefused('a branch that is itself', '$ref', { anyOf: [{ $ref: '#' }, text] }),
  alwaysRefused('a part that is itself', 'allOf', { allOf: [{ $ref: '#' }, text] }),
  alwaysRefused(
    'a value inside every value',
    '$ref',
    object({ a: { $ref: '#' } }, { required: ['a'] }),
  ),
  alwaysRefused('branches told apart too late', 'anyOf', {
    anyOf: [
      { type: 'null' },
      object({ of: { $ref: '#' }, kind: { const: 'a' } }, { required: ['of', 'kind'] }),
      object({ of: { $ref: '#' }, kind: { const: 'b' } }, { required: ['of', 'kind'] }),
    ],
  }),
];

export const refusedSchemas = [
  ...unsupportedKeywords,
  ...unsupportedPatterns,
  ...malformed,
  ...contradictions,
];
