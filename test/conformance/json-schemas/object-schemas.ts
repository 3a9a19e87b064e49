import { accepted } from './schema-case.ts';

const object = (properties: object, keywords: object = {}) => ({
  type: 'object',
  properties,
  ...keywords,
});
const text = { type: 'string' };
const whole = { type: 'integer' };
const letters = 'abcdefghijklmnopqrstuvwxyz';
const many = Object.fromEntries([...letters].map((letter) => [letter, { type: 'boolean' }]));

const propertySchemas = [
  accepted(
    'any object',
    { type: 'object' },
    ['{}', '{"a": {"b": []}}', '{"a":1,"b":2}'],
    ['[]', '{"a":1,}', '{a:1}', '{"a" :1}', '{ }', '{}\n'],
  ),
  accepted(
    'one required property',
    object({ name: text }, { required: ['name'] }),
    ['{"name":"Ada"}', '{"name": "Ada"}'],
    ['{}', '{"name":  "Ada"}', '{"name":\n"Ada"}', '{"name":1}'],
  ),
  accepted(
    'one optional property',
    object({ name: text }),
    ['{}', '{"name":"Ada"}'],
    ['{"other":1}'],
  ),
  accepted(
    'strict in the manner of OpenAI',
    object({ a: text, b: whole }, { required: ['a', 'b'], additionalProperties: false }),
    ['{"a":"x","b":1}', '{"a": "x", "b": 1}'],
    ['{"b":1,"a":"x"}', '{"a":"x"}', '{"a":"x","b":1,"c":2}'],
  ),
  accepted(
    'strict with a loose schema',
    object({ a: text, b: whole }),
    ['{}', '{"b":1}', '{"a":"","b":2}'],
    ['{"b":1,"a":""}'],
  ),
  accepted(
    'optional before required',
    object({ a: whole, b: whole, c: whole }, { required: ['c'] }),
    ['{"c":1}', '{"a":1,"c":1}', '{"a":1,"b":1,"c":1}'],
    ['{"a":1}', '{"c":1,"a":1}'],
  ),
  accepted(
    'required before optional',
    object({ a: whole, b: whole, c: whole }, { required: ['a'] }),
    ['{"a":1}', '{"a":1,"c":1}', '{"a":1,"b":1}'],
    ['{"b":1}', '{}'],
  ),
  accepted(
    'required between',
    object({ a: whole, b: whole, c: whole }, { required: ['b'] }),
    ['{"b":1}', '{"a":1,"b":1}', '{"b":1,"c":1}'],
    ['{"a":1,"c":1}'],
  ),
  accepted(
    'many optional properties',
    object(many),
    ['{}', '{"z":true}', '{"a":true,"m":false,"z":true}'],
    ['{"z":true,"a":true}'],
  ),
  accepted('many required properties', object(many, { required: [...letters] })),
  accepted(
    'five hundred properties',
    object(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`p${index}`, whole]))),
    ['{"p7":1,"p499":2}'],
    ['{"p500":1}'],
  ),
  accepted(
    'nested objects',
    object(
      {
        user: object(
          { name: text, address: object({ city: text }, { required: ['city'] }) },
          { required: ['address'] },
        ),
      },
      { required: ['user'] },
    ),
    ['{"user":{"address":{"city":"Oslo"}}}'],
    ['{"user":{}}'],
  ),
  accepted(
    'unicode names',
    object({ 名前: text, größe: whole, '🙂': { type: 'null' } }, { required: ['名前'] }),
    ['{"名前":"あ","größe":5}', '{"名前":"","🙂":null}'],
  ),
  accepted(
    'names that need escapes',
    object({ 'a"b': whole, 'c\\d': whole, 'e\nf': whole, '': whole }),
    ['{"a\\"b":1}', '{"":5}', '{"c\\\\d":1,"e\\nf":2}'],
  ),
  accepted(
    'names that look like grammar',
    object({ 'root ::= "x"': whole, '[a-z]*': whole, '(|)': whole }),
    ['{"root ::= \\"x\\"":1}'],
  ),
  accepted(
    'names of JavaScript',
    object(
      JSON.parse(
        '{"__proto__":{"type":"integer"},"constructor":{"type":"string"},"toString":{"type":"null"},"hasOwnProperty":{"type":"boolean"}}',
      ),
      { required: ['__proto__', 'constructor'] },
    ),
    ['{"__proto__":1,"constructor":"a"}'],
    ['{"constructor":"a"}'],
  ),
  accepted(
    'names that are keywords',
    object({
      type: text,
      properties: whole,
      $ref: text,
      enum: text,
      required: { type: 'boolean' },
    }),
    ['{"type":"a","$ref":"b"}'],
  ),
  accepted('a property that may be anything', object({ data: {} }, { required: ['data'] }), [
    '{"data":[1,{"a":null}]}',
  ]),
  accepted('a property of true', object({ data: true }), ['{"data":1}']),
  accepted('a property of false', object({ a: false, b: whole }), ['{}', '{"b":1}'], ['{"a":1}']),
  accepted('implied by properties', { properties: { a: whole } }, ['{"a":1}'], ['5']),
  accepted('implied by required', { required: ['a'] }, ['{"a":1}'], ['{}']),
  accepted(
    'required without properties',
    { type: 'object', required: ['b', 'a'] },
    ['{"b":1,"a":2}', '{"b":1,"a":2,"c":3}'],
    ['{"a":1}'],
  ),
  accepted(
    'a required name that is not declared',
    object({ a: whole }, { required: ['z'] }),
    ['{"z":"anything"}', '{"a":1,"z":null}'],
    ['{"a":1}'],
  ),
  accepted('an empty required list', object({ a: whole }, { required: [] }), ['{}']),
  accepted(
    'a required list with repeats',
    object({ a: whole }, { required: ['a', 'a'] }),
    ['{"a":1}'],
    ['{"a":1,"a":1}'],
  ),
  accepted('no properties', object({}), ['{}', '{"a":1}']),
  accepted(
    'no properties and no others',
    object({}, { additionalProperties: false }),
    ['{}'],
    ['{"a":1}'],
  ),
];

const additionalSchemas = [
  accepted(
    'a map of integers',
    { type: 'object', additionalProperties: whole },
    ['{}', '{"a":1,"b":2}', '{"🙂":3}'],
    ['{"a":"x"}', '{"":1}'],
  ),
  accepted(
    'a map of maps',
    { type: 'object', additionalProperties: { type: 'object', additionalProperties: whole } },
    ['{"a":{"b":1}}'],
    ['{"a":1}'],
  ),
  accepted(
    'others after the declared',
    object({ a: text }, { additionalProperties: whole }),
    ['{"a":"x","b":1}', '{"b":1}', '{"ab":1}', '{}'],
    ['{"a":1}', '{"b":1,"a":"x"}'],
  ),
  accepted(
    'others of any kind',
    object({ id: whole }, { required: ['id'], additionalProperties: true }),
    ['{"id":1,"x":[]}', '{"id":1}'],
    ['{"x":1}', '{"id":"1"}'],
  ),
  accepted(
    'others beside names that share a beginning',
    object({ a: text, ab: text, abc: text, b: text }, { additionalProperties: whole }),
    ['{"abcd":1}', '{"ac":1}', '{"bb":2}'],
    ['{"ab":1}', '{"abc":1}', '{"b":1}'],
  ),
  accepted(
    'others beside an empty name',
    object({ '': text }, { additionalProperties: whole }),
    ['{"":"a","b":1}'],
    ['{"":1}'],
  ),
  accepted(
    'others beside names with escapes',
    object({ 'a"': text, 'a\\': text }, { additionalProperties: whole }),
    ['{"a":1}', '{"a\\"":"x","b":1}'],
    ['{"a\\"":1}'],
  ),
  accepted(
    'others beside many names',
    object(
      Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`property${index}`, text])),
      { additionalProperties: whole },
    ),
    ['{"other":1}', '{"property3":"a","x":2}'],
    ['{"property3":1}'],
  ),
  accepted(
    'unevaluatedProperties false',
    object({ a: whole }, { unevaluatedProperties: false }),
    ['{"a":1}'],
    ['{"b":1}'],
  ),
  accepted(
    'unevaluatedProperties with a schema',
    { type: 'object', unevaluatedProperties: whole },
    ['{"b":1}'],
    ['{"b":"x"}'],
  ),
  accepted(
    'propertyNames with a length',
    { type: 'object', propertyNames: { maxLength: 3 }, additionalProperties: whole },
    ['{"abc":1}', '{"":1}'],
    ['{"abcd":1}'],
  ),
  accepted(
    'propertyNames with a pattern',
    { type: 'object', propertyNames: { pattern: '^[a-z]{2}$' }, additionalProperties: text },
    ['{"de":"x","fr":"y"}'],
    ['{"DE":"x"}'],
  ),
  accepted(
    'propertyNames with an enum',
    { type: 'object', propertyNames: { enum: ['en', 'de'] }, additionalProperties: text },
    ['{"en":"x"}', '{}'],
    ['{"fr":"x"}'],
  ),
  accepted(
    'propertyNames with a const',
    { type: 'object', propertyNames: { const: 'only' }, additionalProperties: text },
    ['{"only":"x"}'],
    ['{"fr":"x"}'],
  ),
  accepted(
    'propertyNames with a format',
    { type: 'object', propertyNames: { format: 'date' }, additionalProperties: whole },
    ['{"2024-01-31":1}'],
    ['{"x":1}'],
  ),
  accepted(
    'propertyNames by reference',
    {
      $defs: { key: { pattern: '^k' } },
      type: 'object',
      propertyNames: { $ref: '#/$defs/key' },
      additionalProperties: whole,
    },
    ['{"k1":1}'],
    ['{"x":1}'],
  ),
  accepted(
    'propertyNames beside others',
    object({ id: whole }, { propertyNames: { pattern: '^x-|^id$' }, additionalProperties: false }),
    ['{"id":1}', '{}'],
  ),
  accepted(
    'propertyNames that forbid a declared name',
    object({ long: whole, ab: whole }, { propertyNames: { maxLength: 2 } }),
    ['{"ab":1}'],
    ['{"long":1}'],
  ),
  accepted(
    'propertyNames true',
    { type: 'object', propertyNames: true, additionalProperties: whole },
    ['{"a":1}'],
  ),
  accepted('propertyNames false', { type: 'object', propertyNames: false }, ['{}'], ['{"a":1}']),
  accepted(
    'at least one entry',
    { type: 'object', additionalProperties: whole, minProperties: 1 },
    ['{"a":1}'],
    ['{}'],
  ),
  accepted(
    'at most two entries',
    { type: 'object', additionalProperties: whole, maxProperties: 2 },
    ['{}', '{"a":1,"b":2}'],
    ['{"a":1,"b":2,"c":3}'],
  ),
  accepted('no entries', { type: 'object', maxProperties: 0 }, ['{}'], ['{"a":1}']),
  accepted(
    'at least one of the optional',
    object({ a: whole, b: whole }, { minProperties: 1 }),
    ['{"b":1}', '{"a":1}'],
    ['{}'],
  ),
  accepted(
    'all of the optional',
    object({ a: whole, b: whole }, { minProperties: 2 }),
    ['{"a":1,"b":1}'],
    ['{"b":1}'],
  ),
  accepted(
    'a minimum that is met anyway',
    object({ a: whole, b: whole }, { required: ['a', 'b'], minProperties: 2 }),
    ['{"a":1,"b":1}'],
  ),
  accepted('a maximum that is met anyway', object({ a: whole, b: whole }, { maxProperties: 2 }), [
    '{"a":1,"b":1}',
    '{}',
  ]),
  accepted(
    'only the required fit',
    object({ a: whole, b: whole }, { required: ['b'], maxProperties: 1 }),
    ['{"b":1}'],
    ['{"a":1,"b":1}'],
  ),
  accepted(
    'a maximum with others',
    object({ a: whole }, { additionalProperties: text, maxProperties: 2 }),
    ['{"a":1,"b":"x"}'],
    ['{"a":1,"b":"x","c":"y"}'],
  ),
];

export const objectSchemas = [...propertySchemas, ...additionalSchemas];
