import { accepted } from './schema-case.ts';

const whole = { type: 'integer' };
const text = { type: 'string' };
const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const tagged = (tag: string, properties: object) => object({ kind: { const: tag }, ...properties });

const unionSchemas = [
  accepted('anyOf of types', { anyOf: [whole, text] }, ['1', '"a"'], ['null', '1.5']),
  accepted('anyOf with null', { anyOf: [text, { type: 'null' }] }, ['"a"', 'null'], ['1']),
  accepted('anyOf of one', { anyOf: [whole] }, ['1'], ['"a"']),
  accepted('anyOf of equal branches', { anyOf: [whole, whole, { type: 'integer' }] }, ['1']),
  accepted(
    'anyOf of objects',
    { anyOf: [object({ a: whole }), object({ b: text })] },
    ['{"a":1}', '{"b":"x"}'],
    ['{}', '{"a":1,"b":"x"}'],
  ),
  accepted(
    'anyOf nested',
    { anyOf: [{ anyOf: [whole, text] }, { anyOf: [{ type: 'null' }, { type: 'boolean' }] }] },
    ['1', 'null', 'true'],
  ),
  accepted('anyOf with false', { anyOf: [false, whole] }, ['1'], ['"a"']),
  accepted('anyOf with true', { anyOf: [true, whole] }, ['"anything"']),
  accepted(
    'anyOf of constants',
    { anyOf: [{ const: 'a' }, { const: 'b' }, { const: 3 }] },
    ['"a"', '3'],
    ['"c"'],
  ),
  accepted(
    'anyOf beside a type',
    { type: 'string', anyOf: [{ maxLength: 2 }, { pattern: '^z' }] },
    ['"ab"', '"zebra"'],
    ['"abc"', '1'],
  ),
  accepted(
    'anyOf beside properties',
    { ...object({ a: whole, b: whole }, []), anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    ['{"a":1}', '{"b":1}', '{"a":1,"b":2}'],
    ['{}'],
  ),
  accepted(
    'anyOf beside shared properties',
    { ...object({ id: whole }), anyOf: [object({ a: whole }), object({ b: whole })] },
    ['{"id":1,"a":2}', '{"id":1,"b":2}'],
    ['{"id":1}', '{"a":1}'],
  ),
  accepted(
    'anyOf with a branch that its base forbids',
    { type: 'string', anyOf: [whole, { maxLength: 1 }] },
    ['"a"'],
    ['1'],
  ),
  accepted(
    'anyOf with annotations beside',
    { title: 'Either', description: 'one', anyOf: [whole, text] },
    ['1'],
  ),
  accepted(
    'anyOf with definitions beside',
    { $defs: { n: whole }, anyOf: [{ $ref: '#/$defs/n' }, text] },
    ['1', '"a"'],
  ),
  accepted(
    'anyOf of ranges',
    {
      anyOf: [
        { type: 'integer', maximum: 0 },
        { type: 'integer', minimum: 10 },
      ],
    },
    ['-5', '0', '10'],
    ['5'],
  ),
  accepted(
    'oneOf of types',
    { oneOf: [whole, text, { type: 'null' }] },
    ['1', '"a"', 'null'],
    ['1.5'],
  ),
  accepted(
    'oneOf with a discriminator',
    {
      oneOf: [
        tagged('cat', { lives: whole }),
        tagged('dog', { tricks: { type: 'array', items: text } }),
      ],
    },
    ['{"kind":"cat","lives":9}', '{"kind":"dog","tricks":["sit"]}'],
    ['{"kind":"cat","tricks":[]}'],
  ),
  accepted(
    'oneOf with discriminator enums',
    { oneOf: [object({ t: { enum: ['a', 'b'] } }), object({ t: { enum: ['c'] } })] },
    ['{"t":"b"}', '{"t":"c"}'],
    ['{"t":"d"}'],
  ),
  accepted(
    'oneOf with different required keys',
    { oneOf: [object({ a: whole }), object({ b: whole })] },
    ['{"a":1}', '{"b":1}'],
  ),
  accepted('oneOf of constants', { oneOf: [{ const: 1 }, { const: 2 }] }, ['1', '2'], ['3']),
  accepted(
    'oneOf of ranges',
    {
      oneOf: [
        { type: 'integer', maximum: 4 },
        { type: 'integer', minimum: 5 },
      ],
    },
    ['4', '5'],
  ),
  accepted('oneOf in a property', object({ value: { oneOf: [whole, text] } }), [
    '{"value":1}',
    '{"value":"a"}',
  ]),
  accepted(
    'oneOf of titled constants',
    {
      oneOf: [
        { const: 'low', title: 'Low' },
        { const: 'high', title: 'High' },
      ],
    },
    ['"low"'],
    ['"mid"'],
  ),
  accepted('oneOf beside a type', { type: 'object', oneOf: [tagged('a', {}), tagged('b', {})] }, [
    '{"kind":"a"}',
  ]),
  accepted(
    'anyOf and oneOf',
    {
      anyOf: [object({ a: whole }), object({ a: text })],
      oneOf: [object({ b: whole }), object({ c: whole })],
    },
    ['{"a":1,"b":2}', '{"a":"x","c":3}'],
    ['{"a":1}'],
  ),
];

const manySchemas = [
  accepted(
    'anyOf of many constants',
    { anyOf: Array.from({ length: 400 }, (_, index) => ({ const: `v${index}` })) },
    ['"v399"'],
    ['"v400"'],
  ),
  accepted(
    'oneOf of many constants',
    { oneOf: Array.from({ length: 400 }, (_, index) => ({ const: index })) },
    ['399'],
    ['400'],
  ),
  accepted(
    'anyOf of many tagged objects',
    {
      anyOf: Array.from({ length: 80 }, (_, index) =>
        tagged(`t${index}`, { data: { type: 'object', properties: { x: whole } } }),
      ),
    },
    ['{"kind":"t79","data":{"x":1}}'],
    ['{"kind":"t80","data":{}}'],
  ),
];

const allOfSchemas = [
  accepted('allOf of one', { allOf: [whole] }, ['1'], ['"a"']),
  accepted(
    'allOf of objects',
    { allOf: [object({ a: whole }), object({ b: text })] },
    ['{"a":1,"b":"x"}'],
    ['{"a":1}', '{"b":"x"}'],
  ),
  accepted(
    'allOf beside properties',
    { ...object({ c: whole }), allOf: [object({ a: whole })] },
    ['{"c":1,"a":2}'],
    ['{"c":1}'],
  ),
  accepted(
    'allOf with a reference',
    {
      $defs: { base: object({ id: whole }) },
      allOf: [{ $ref: '#/$defs/base' }, object({ name: text })],
    },
    ['{"id":1,"name":"a"}'],
    ['{"name":"a"}'],
  ),
  accepted(
    'allOf of one reference',
    {
      $defs: { base: object({ id: whole }) },
      ...object({
        x: { allOf: [{ $ref: '#/$defs/base' }], description: 'as some generators write it' },
      }),
    },
    ['{"x":{"id":1}}'],
  ),
  accepted(
    'allOf of bounds',
    { allOf: [{ type: 'integer' }, { minimum: 3 }, { maximum: 5 }, { minimum: 4 }] },
    ['4', '5'],
    ['3', '6'],
  ),
  accepted(
    'allOf of lengths',
    { type: 'string', allOf: [{ minLength: 2 }, { maxLength: 3 }] },
    ['"ab"', '"abc"'],
    ['"a"', '"abcd"'],
  ),
  accepted(
    'allOf of types',
    { allOf: [{ type: ['string', 'integer'] }, { type: ['number', 'null'] }] },
    ['1'],
    ['"a"', 'null', '1.5'],
  ),
  accepted(
    'allOf of enums',
    { allOf: [{ enum: [1, 2, 3] }, { enum: [2, 3, 4] }] },
    ['2', '3'],
    ['1', '4'],
  ),
  accepted(
    'allOf of one property twice',
    { allOf: [object({ a: { minimum: 3 } }), object({ a: { type: 'integer', maximum: 5 } })] },
    ['{"a":4}'],
    ['{"a":6}', '{"a":2}'],
  ),
  accepted(
    'allOf with a closed part',
    {
      allOf: [
        { ...object({ a: whole, b: whole }, ['a']), additionalProperties: false },
        object({ b: whole, c: whole }, []),
      ],
    },
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"a":1,"c":2}'],
  ),
  accepted(
    'allOf with unevaluatedProperties',
    { allOf: [object({ a: whole })], ...object({ b: whole }), unevaluatedProperties: false },
    ['{"b":1,"a":2}'],
    ['{"b":1,"a":2,"c":3}'],
  ),
  accepted(
    'allOf of maps',
    {
      allOf: [
        { type: 'object', additionalProperties: { minimum: 1 } },
        { type: 'object', additionalProperties: whole },
      ],
    },
    ['{"a":1}'],
    ['{"a":0}', '{"a":"x"}'],
  ),
  accepted(
    'allOf of items',
    {
      allOf: [
        { type: 'array', items: { type: 'integer' } },
        { items: { minimum: 2 }, maxItems: 2 },
      ],
    },
    ['[2,3]'],
    ['[1]', '[2,2,2]'],
  ),
  accepted(
    'allOf with anyOf inside',
    { allOf: [object({ a: whole }), { anyOf: [object({ b: whole }), object({ c: whole })] }] },
    ['{"a":1,"b":2}', '{"a":1,"c":2}'],
    ['{"a":1}'],
  ),
  accepted(
    'allOf with two anyOf',
    {
      allOf: [
        { anyOf: [object({ a: whole }), object({ b: whole })] },
        { anyOf: [object({ c: whole }), object({ d: whole })] },
      ],
    },
    ['{"a":1,"c":2}', '{"b":1,"d":2}'],
    ['{"a":1}'],
  ),
  accepted(
    'allOf nested',
    { allOf: [{ allOf: [{ allOf: [whole] }, { minimum: 1 }] }, { maximum: 2 }] },
    ['1', '2'],
    ['3'],
  ),
  accepted(
    'allOf of equal patterns',
    { allOf: [{ type: 'string', pattern: '^a' }, { pattern: '^a' }] },
    ['"ab"'],
    ['"b"'],
  ),
  accepted('allOf with true', { allOf: [true, whole] }, ['1']),
  accepted(
    'allOf of a const',
    { allOf: [{ const: 5 }, { type: 'integer', minimum: 2 }] },
    ['5'],
    ['3'],
  ),
];

export const combinedSchemas = [...unionSchemas, ...manySchemas, ...allOfSchemas];
