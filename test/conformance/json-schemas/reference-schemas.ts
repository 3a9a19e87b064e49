import { accepted } from './schema-case.ts';

const whole = { type: 'integer' };
const text = { type: 'string' };
const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const listOf = (items: object) => ({ type: 'array', items });

export const referenceSchemas = [
  accepted('$defs', { $defs: { n: whole }, $ref: '#/$defs/n' }, ['1'], ['"a"']),
  accepted(
    'definitions',
    { definitions: { n: whole }, ...object({ a: { $ref: '#/definitions/n' } }) },
    ['{"a":1}'],
    ['{"a":"x"}'],
  ),
  accepted(
    'a reference used twice',
    {
      $defs: { p: object({ x: whole }) },
      ...object({ a: { $ref: '#/$defs/p' }, b: { $ref: '#/$defs/p' } }),
    },
    ['{"a":{"x":1},"b":{"x":2}}'],
  ),
  accepted(
    'a reference to a reference',
    { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/c' }, c: whole }, $ref: '#/$defs/a' },
    ['1'],
  ),
  accepted(
    'a reference with annotations',
    {
      $defs: { n: whole },
      ...object({ a: { $ref: '#/$defs/n', description: 'a number', default: 5 } }),
    },
    ['{"a":1}'],
  ),
  accepted(
    'a reference with more beside it',
    { $defs: { n: whole }, $ref: '#/$defs/n', minimum: 3 },
    ['3'],
    ['2'],
  ),
  accepted(
    'a reference with properties beside it',
    {
      $defs: { base: { type: 'object', properties: { id: whole }, required: ['id'] } },
      $ref: '#/$defs/base',
      properties: { name: text },
      required: ['name'],
    },
    ['{"name":"a","id":1}'],
    ['{"name":"a"}'],
  ),
  accepted(
    'a reference into properties',
    object({ a: text, b: { $ref: '#/properties/a' } }),
    ['{"a":"x","b":"y"}'],
    ['{"a":"x","b":1}'],
  ),
  accepted(
    'a reference into a list',
    { anyOf: [whole, { type: 'array', items: { $ref: '#/anyOf/0' } }] },
    ['1', '[1,2]'],
  ),
  accepted(
    'a reference with escapes',
    {
      $defs: { 'a/b': whole, 'c~d': text, 'e f': { type: 'null' } },
      ...object({
        x: { $ref: '#/$defs/a~1b' },
        y: { $ref: '#/$defs/c~0d' },
        z: { $ref: '#/$defs/e%20f' },
      }),
    },
    ['{"x":1,"y":"a","z":null}'],
  ),
  accepted(
    'a reference by unicode name',
    { $defs: { größe: whole }, $ref: '#/$defs/gr%C3%B6%C3%9Fe' },
    ['1'],
  ),
  accepted(
    'a reference by $id',
    {
      $id: 'https://example.com/s.json',
      $defs: { n: whole },
      ...object({ a: { $ref: 'https://example.com/s.json#/$defs/n' } }),
    },
    ['{"a":1}'],
    ['{"a":"x"}'],
  ),
  accepted(
    'a reference by anchor',
    { $defs: { n: { $anchor: 'num', ...whole } }, $ref: '#num' },
    ['1'],
    ['"a"'],
  ),
  accepted(
    'a reference to true',
    { $defs: { any: true }, ...object({ a: { $ref: '#/$defs/any' } }) },
    ['{"a":[1]}'],
  ),
  accepted('an unused definition', { $defs: { unused: object({ a: whole }) }, ...whole }, ['1']),
  accepted(
    'a list that refers to itself',
    object({ value: whole, next: orNull({ $ref: '#' }) }),
    ['{"value":1,"next":null}', '{"value":1,"next":{"value":2,"next":null}}'],
    ['{"value":1}'],
  ),
  accepted(
    'a tree',
    object({ name: text, children: listOf({ $ref: '#' }) }),
    ['{"name":"a","children":[{"name":"b","children":[]}]}'],
    ['{"name":"a","children":[1]}'],
  ),
  accepted(
    'a tree by definition',
    {
      $defs: {
        node: object({
          v: whole,
          left: orNull({ $ref: '#/$defs/node' }),
          right: orNull({ $ref: '#/$defs/node' }),
        }),
      },
      $ref: '#/$defs/node',
    },
    ['{"v":1,"left":null,"right":{"v":2,"left":null,"right":null}}'],
  ),
  accepted(
    'two that refer to each other',
    {
      $defs: {
        a: object({ b: orNull({ $ref: '#/$defs/b' }) }),
        b: object({ a: listOf({ $ref: '#/$defs/a' }) }),
      },
      $ref: '#/$defs/a',
    },
    ['{"b":{"a":[{"b":null}]}}', '{"b":null}'],
  ),
  accepted(
    'JSON, written out',
    {
      anyOf: [
        text,
        { type: 'number' },
        { type: 'boolean' },
        { type: 'null' },
        listOf({ $ref: '#' }),
        { type: 'object', additionalProperties: { $ref: '#' } },
      ],
    },
    ['{"a":[1,{"b":null}]}'],
  ),
  accepted(
    'an expression, told apart first',
    {
      $defs: {
        e: {
          anyOf: [
            { type: 'number' },
            object({ op: { const: 'neg' }, of: { $ref: '#/$defs/e' } }),
            object({
              op: { enum: ['add', 'mul'] },
              left: { $ref: '#/$defs/e' },
              right: { $ref: '#/$defs/e' },
            }),
          ],
        },
      },
      ...object({ e: { $ref: '#/$defs/e' } }),
    },
    ['{"e":{"op":"add","left":1,"right":{"op":"neg","of":2}}}'],
    ['{"e":{"op":"neg","left":1,"right":2}}'],
  ),
  accepted(
    'a recursive user interface',
    {
      type: 'object',
      properties: {
        type: { enum: ['div', 'button'] },
        label: text,
        children: listOf({ $ref: '#' }),
        attributes: listOf(object({ name: text, value: text })),
      },
      required: ['type', 'label', 'children', 'attributes'],
      additionalProperties: false,
    },
    ['{"type":"div","label":"","children":[],"attributes":[{"name":"id","value":"x"}]}'],
  ),
  accepted(
    'recursion with more beside the reference',
    {
      $defs: {
        node: {
          type: 'object',
          properties: { next: { $ref: '#/$defs/node', description: 'the next one' } },
        },
      },
      $ref: '#/$defs/node',
    },
    ['{"next":{"next":{}}}'],
  ),
  accepted(
    'recursion through allOf',
    {
      $defs: {
        base: { type: 'object', properties: { id: whole }, required: ['id'] },
        node: {
          allOf: [
            { $ref: '#/$defs/base' },
            { type: 'object', properties: { kids: listOf({ $ref: '#/$defs/node' }) } },
          ],
        },
      },
      $ref: '#/$defs/node',
    },
    ['{"id":1,"kids":[{"id":2}]}'],
    ['{"kids":[]}'],
  ),
  accepted(
    'a branch that never ends is left out',
    {
      $defs: { endless: object({ a: { $ref: '#/$defs/endless' } }) },
      anyOf: [whole, { $ref: '#/$defs/endless' }],
    },
    ['1'],
    ['{"a":1}'],
  ),
  accepted(
    'recursion through a map',
    { type: 'object', additionalProperties: { $ref: '#' } },
    ['{}', '{"a":{"b":{}}}'],
    ['{"a":1}'],
  ),
  accepted(
    'recursion through a tuple',
    { type: 'array', prefixItems: [text, orNull({ $ref: '#' })], items: false },
    ['["a",null]', '["a",["b",null]]'],
  ),
  accepted(
    'sixteen levels',
    Array.from({ length: 15 }).reduce<object>((inner) => object({ a: inner }), whole),
    [`${'{"a":'.repeat(15)}1${'}'.repeat(15)}`],
  ),
];
