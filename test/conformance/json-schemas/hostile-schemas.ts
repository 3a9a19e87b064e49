/** Schemas that were made to be expensive, by what they try. */
export interface HostileSchema {
  readonly name: string;
  readonly schema: unknown;
}

const whole = { type: 'integer' };
const list = <Item>(length: number, item: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => item(index));
const record = <Value>(length: number, value: (index: number) => Value) =>
  Object.fromEntries(list(length, (index) => [`p${index}`, value(index)]));
const nested = (depth: number, wrap: (inner: object) => object, core: object = whole): object =>
  list(depth, () => wrap).reduce((inner, next) => next(inner), core);
const required = (properties: object) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
/** Definitions that each refer to the next one; the last one is an integer. */
const chain = (length: number, link: (next: object) => object) => ({
  $defs: record(length, (index) =>
    index === length - 1 ? whole : link({ $ref: `#/$defs/p${index + 1}` }),
  ),
  $ref: '#/$defs/p0',
});
const text = (keywords: object) => ({ type: 'string', ...keywords });
const array = (items: object, keywords: object = {}) => ({ type: 'array', items, ...keywords });
const union = (...anyOf: object[]) => ({ anyOf });

const deep = [17, 64, 500, 5000].flatMap((depth) => [
  { name: `objects ${depth} deep`, schema: nested(depth, (a) => required({ a })) },
  { name: `arrays ${depth} deep`, schema: nested(depth, (items) => array(items)) },
  { name: `anyOf ${depth} deep`, schema: nested(depth, (inner) => union(inner, { type: 'null' })) },
  { name: `allOf ${depth} deep`, schema: nested(depth, (inner) => ({ allOf: [inner] })) },
  { name: `a const ${depth} deep`, schema: { const: nested(depth, (a) => ({ a })) } },
  { name: `an example ${depth} deep`, schema: { examples: [nested(depth, (a) => ({ a }))] } },
]);

const huge = [
  { name: '501 properties', schema: { properties: record(501, () => whole) } },
  { name: '5,000 properties', schema: { properties: record(5000, () => whole) } },
  { name: '100,000 properties', schema: { properties: record(100_000, () => true) } },
  {
    name: '500 optional ones and others',
    schema: { properties: record(500, () => whole), additionalProperties: true },
  },
  {
    name: 'properties of properties',
    schema: { properties: record(100, () => ({ properties: record(10, () => whole) })) },
  },
  { name: '1,001 enum values', schema: { enum: list(1001, (index) => index) } },
  { name: '100,000 enum values', schema: { enum: list(100_000, (index) => `v${index}`) } },
  {
    name: 'enum values that go on and on',
    schema: { enum: list(300, (index) => 'a'.repeat(index)) },
  },
  {
    name: 'an enum in every property',
    schema: { properties: record(100, () => ({ enum: list(50, (index) => index) })) },
  },
  {
    name: 'an enum against a slow pattern',
    schema: { enum: list(30, () => `${'a'.repeat(30)}!`), pattern: '^(a+)+$' },
  },
  { name: 'a long description', schema: { description: 'x'.repeat(200_000) } },
  { name: 'a long const', schema: { const: 'x'.repeat(60_000) } },
  { name: 'a long name', schema: required({ ['x'.repeat(60_000)]: whole }) },
  {
    name: 'long names beside others',
    schema: {
      properties: Object.fromEntries(list(60, (index) => [`${index}${'x'.repeat(1000)}`, whole])),
      additionalProperties: true,
    },
  },
  {
    name: '2,000 required names',
    schema: { type: 'object', required: list(2000, (index) => `r${index}`) },
  },
  { name: '1,000 branches', schema: union(...list(1000, (index) => text({ maxLength: index }))) },
  {
    name: '1,000 objects to choose from',
    schema: union(...list(1000, () => ({ type: 'object' }))),
  },
  {
    name: '300 objects that begin alike',
    schema: union(
      ...list(300, (index) => required({ a: { type: 'object' }, [`b${index}`]: whole })),
    ),
  },
  {
    name: '90 branches of oneOf',
    schema: { oneOf: list(90, (index) => required({ a: text({}), [`b${index}`]: whole })) },
  },
  { name: '500 branches of oneOf', schema: { oneOf: list(500, (index) => ({ const: index })) } },
  { name: '1,000 parts of allOf', schema: { allOf: list(1000, (index) => ({ minimum: index })) } },
  {
    name: 'unions that multiply in allOf',
    schema: {
      allOf: list(10, () => union(...list(8, (index) => required({ [`k${index}`]: whole })))),
    },
  },
  {
    name: '64 parts with unions',
    schema: {
      allOf: list(60, (index) =>
        union(required({ [`a${index}`]: whole }), required({ [`b${index}`]: whole })),
      ),
    },
  },
  { name: 'a tuple of 5,000', schema: { type: 'array', prefixItems: list(5000, () => true) } },
  {
    name: 'a number of 60,000 digits in a pattern',
    schema: text({ pattern: `^a{${'9'.repeat(200)}}$` }),
  },
];

const exploding = [
  { name: 'maxLength of a billion', schema: text({ maxLength: 1e9 }) },
  { name: 'minLength of a billion', schema: text({ minLength: 1e9 }) },
  { name: 'the largest integer', schema: text({ maxLength: Number.MAX_SAFE_INTEGER }) },
  { name: 'maxItems of a billion', schema: array(whole, { maxItems: 1e9 }) },
  { name: 'minItems of a billion', schema: array(whole, { minItems: 1e9 }) },
  { name: 'maxItems four deep', schema: nested(4, (items) => array(items, { maxItems: 2000 })) },
  { name: 'minItems four deep', schema: nested(4, (items) => array(items, { minItems: 2000 })) },
  {
    name: 'minItems of 3, twelve deep',
    schema: nested(12, (items) => array(items, { minItems: 3 })),
  },
  {
    name: 'minItems of long strings',
    schema: array(text({ minLength: 2000 }), { minItems: 2000 }),
  },
  {
    name: 'minItems through references',
    schema: chain(20, (next) => array(next, { minItems: 5 })),
  },
  {
    name: 'a thousand different lengths',
    schema: union(...list(500, (index) => text({ maxLength: 1500 + index }))),
  },
  {
    name: 'different lengths in properties',
    schema: {
      properties: record(400, (index) => text({ minLength: index, maxLength: 1000 + index })),
    },
  },
  {
    name: 'different counts in properties',
    schema: { properties: record(400, (index) => array(whole, { maxItems: 1000 + index })) },
  },
  {
    name: 'maxProperties of 2,000',
    schema: { type: 'object', additionalProperties: whole, maxProperties: 2000 },
  },
  { name: 'minProperties of a billion', schema: { type: 'object', minProperties: 1e9 } },
  { name: 'a prime step', schema: { ...whole, multipleOf: 999_983 } },
  {
    name: 'many steps',
    schema: { properties: record(64, (index) => ({ ...whole, multipleOf: index + 1 })) },
  },
  { name: 'a step of 1e-300', schema: { type: 'number', multipleOf: 1e-300 } },
  { name: 'a range of 1e308', schema: { type: 'number', minimum: -1e308, maximum: 1e308 } },
  { name: 'the smallest number', schema: { type: 'number', minimum: 5e-324, maximum: 1e-320 } },
  {
    name: 'many number ranges',
    schema: {
      properties: record(500, (index) => ({
        type: 'number',
        minimum: index / 7,
        maximum: 1e9 / (index + 1),
      })),
    },
  },
];

const references = [
  {
    name: 'a cycle of references',
    schema: { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' },
  },
  { name: '1,000 references in a row', schema: chain(1000, (next) => next) },
  { name: '40 levels by reference', schema: chain(40, (next) => required({ a: next })) },
  { name: 'doubling by reference', schema: chain(30, (next) => required({ a: next, b: next })) },
  { name: 'doubling of unions', schema: chain(28, (next) => union(next, array(next))) },
  { name: 'doubling of equal unions', schema: chain(28, (next) => union(next, next)) },
  { name: 'doubling of allOf', schema: chain(28, (next) => ({ allOf: [next, next] })) },
  { name: 'doubling of oneOf', schema: chain(20, (next) => ({ oneOf: [next, next] })) },
  {
    name: 'doubling that begins alike',
    schema: chain(14, (next) => union(required({ a: next }), required({ a: next, b: whole }))),
  },
  {
    name: 'recursion that begins alike',
    schema: union(whole, required({ a: { $ref: '#' } }), required({ a: { $ref: '#' }, b: whole })),
  },
  {
    name: 'recursion that begins alike in arrays',
    schema: union(whole, array({ $ref: '#' }), {
      type: 'array',
      prefixItems: [{ $ref: '#' }, whole],
    }),
  },
  {
    name: 'recursion that begins alike in maps',
    schema: union(
      whole,
      { type: 'object', additionalProperties: { $ref: '#' } },
      required({ a: { $ref: '#' } }),
    ),
  },
  {
    name: 'recursion with a merge each time',
    schema: { properties: { a: { $ref: '#', minProperties: 1, properties: { b: whole } } } },
  },
  {
    name: 'recursion with two merges each time',
    schema: {
      allOf: [
        { properties: { a: { $ref: '#' } } },
        { properties: { a: { $ref: '#' }, b: { $ref: '#' } } },
      ],
    },
  },
  {
    name: 'references by every name',
    schema: {
      $defs: record(400, () => whole),
      anyOf: list(400, (index) => ({ $ref: `#/$defs/p${index}` })),
    },
  },
  {
    name: 'references into references',
    schema: { $defs: { a: { $ref: '#/$defs/a/$ref' } }, $ref: '#/$defs/a' },
  },
  { name: 'a long reference', schema: { $ref: `#/${'a/'.repeat(20_000)}` } },
  { name: 'a broken escape', schema: { $ref: '#/%zz/%E0%A4%A' } },
  { name: 'a reference to the prototype', schema: { $ref: '#/__proto__/constructor' } },
];

const patterns = [
  ...[
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^(a*)*$',
    '^(.*)*$',
    '^([a-zA-Z]+)*$',
    '(x+x+)+y',
    '^((a{30}){30}){30}$',
  ],
  ...[
    '(.*a){25}',
    '^(a?){2000}$',
    `${'a?'.repeat(100)}${'a'.repeat(50)}`,
    '^(\\w+\\s?)*$',
    '(((((((((a)))))))))',
  ],
  ...[
    '\\p{L}{1,2000}',
    '^[^a]{2000}[^b]{2000}$',
    '(a{0,40}b?){0,40}',
    '(',
    '\\',
    '[z-a]',
    '(?=',
    `[${'a-'.repeat(120)}]`,
  ],
].map((pattern) => ({ name: `the pattern ${pattern.slice(0, 30)}`, schema: text({ pattern }) }));

const strange = [
  {
    name: 'names of the prototype',
    schema: JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"prototype":{}},"type":"object","properties":{"__proto__":{"__proto__":null}}}',
    ),
  },
  {
    name: 'keywords of other types',
    schema: { properties: 5, items: 'x', anyOf: 3, enum: {}, required: 'a', $ref: [] },
  },
  {
    name: 'names that break out of the grammar',
    schema: required({
      '"\nroot ::= "pwned"': whole,
      '\\x22': whole,
      '\u2028': whole,
      '\u0000': whole,
    }),
  },
  {
    name: 'values that break out of the grammar',
    schema: { enum: ['"\nroot ::= .*', '\\', ']', '\u0000', '\ud800'] },
  },
];

export const hostileSchemas: readonly HostileSchema[] = [
  ...deep,
  ...huge,
  ...exploding,
  ...references,
  ...patterns,
  ...strange,
];
