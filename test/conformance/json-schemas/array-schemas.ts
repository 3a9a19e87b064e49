import { accepted } from './schema-case.ts';

const array = (keywords: object) => ({ type: 'array', ...keywords });
const whole = { type: 'integer' };
const text = { type: 'string' };

export const arraySchemas = [
  accepted(
    'any array',
    array({}),
    ['[]', '[1, "a", null]', '[[[]]]'],
    ['{}', '[1,]', '[,1]', '[ ]', '[1 ,2]'],
  ),
  accepted('items', array({ items: whole }), ['[]', '[1]', '[1,2, 3]'], ['["a"]', '[1,  2]']),
  accepted('items of true', array({ items: true }), ['[1,"a"]']),
  accepted('items of false', array({ items: false }), ['[]'], ['[1]']),
  accepted('implied by items', { items: whole }, ['[1]'], ['1']),
  accepted('minItems', array({ items: whole, minItems: 2 }), ['[1,2]', '[1,2,3]'], ['[1]', '[]']),
  accepted('maxItems', array({ items: whole, maxItems: 2 }), ['[]', '[1,2]'], ['[1,2,3]']),
  accepted(
    'minItems and maxItems',
    array({ items: whole, minItems: 1, maxItems: 3 }),
    ['[1]', '[1,2,3]'],
    ['[]', '[1,2,3,4]'],
  ),
  accepted(
    'an exact count',
    array({ items: whole, minItems: 3, maxItems: 3 }),
    ['[1,2,3]'],
    ['[1,2]', '[1,2,3,4]'],
  ),
  accepted('maxItems 0', array({ items: whole, maxItems: 0 }), ['[]'], ['[1]']),
  accepted('maxItems 1', array({ items: whole, maxItems: 1 }), ['[]', '[1]'], ['[1,2]']),
  accepted('the most items', array({ items: whole, maxItems: 2000 }), ['[1]']),
  accepted(
    'bounds without items',
    array({ minItems: 1, maxItems: 2 }),
    ['[null]', '[1,"a"]'],
    ['[]', '[1,2,3]'],
  ),
  accepted(
    'items of objects',
    array({ items: { type: 'object', properties: { id: whole }, required: ['id'] } }),
    ['[{"id":1},{"id":2}]'],
    ['[{}]'],
  ),
  accepted(
    'items of arrays',
    array({ items: array({ items: whole, maxItems: 2 }), maxItems: 2 }),
    ['[[1,2],[]]'],
    ['[[1,2,3]]', '[[],[],[]]'],
  ),
  accepted(
    'items of a union',
    array({ items: { anyOf: [whole, text] } }),
    ['[1,"a",2]'],
    ['[null]'],
  ),
  accepted(
    'items of an enum',
    array({ items: { enum: ['a', 'b'] }, minItems: 1 }),
    ['["a","b","a"]'],
    ['["c"]'],
  ),
  accepted(
    'prefixItems',
    array({ prefixItems: [whole, text] }),
    ['[1,"a"]'],
    ['["a",1]', '[1,"a",2]'],
  ),
  accepted(
    'prefixItems and no others',
    array({ prefixItems: [whole, text], items: false }),
    ['[1,"a"]'],
    ['[1,"a",null]'],
  ),
  accepted(
    'prefixItems and others',
    array({ prefixItems: [text], items: whole }),
    ['["a"]', '["a",1,2]'],
    ['[1]', '["a","b"]'],
  ),
  accepted(
    'prefixItems with a minimum',
    array({ prefixItems: [text], items: whole, minItems: 3 }),
    ['["a",1,2]'],
    ['["a",1]'],
  ),
  accepted(
    'prefixItems with a maximum',
    array({ prefixItems: [text], items: whole, maxItems: 2 }),
    ['["a",1]'],
    ['["a",1,2]'],
  ),
  accepted(
    'prefixItems cut by a maximum',
    array({ prefixItems: [text, whole, whole], maxItems: 2 }),
    ['["a",1]'],
    ['["a",1,2]'],
  ),
  accepted(
    'prefixItems and a minimum beyond',
    array({ prefixItems: [whole], minItems: 3 }),
    ['[1,"any",null]'],
    ['[1]'],
  ),
  accepted(
    'prefixItems with unevaluatedItems',
    array({ prefixItems: [whole], unevaluatedItems: false }),
    ['[1]'],
    ['[1,2]'],
  ),
  accepted('a prefix item of false', array({ prefixItems: [whole, false] }), ['[1]'], ['[1,2]']),
  accepted('a tuple of older drafts', array({ items: [whole, text] }), ['[1,"a"]'], ['["a",1]']),
  accepted(
    'a tuple with additionalItems',
    array({ items: [whole], additionalItems: text }),
    ['[1]', '[1,"a","b"]'],
    ['[1,2]'],
  ),
  accepted(
    'a tuple without additionalItems',
    array({ items: [whole], additionalItems: false }),
    ['[1]'],
    ['[1,1]'],
  ),
  accepted(
    'an empty tuple',
    array({ items: [], additionalItems: whole }),
    ['[]', '[1]'],
    ['["a"]'],
  ),
  accepted('uniqueItems false', array({ items: whole, uniqueItems: false }), ['[1,1]']),
  accepted(
    'uniqueItems of one',
    array({ items: whole, uniqueItems: true, maxItems: 1 }),
    ['[1]', '[]'],
    ['[1,1]'],
  ),
  accepted(
    'a coordinate',
    array({ items: { type: 'number', minimum: -180, maximum: 180 }, minItems: 2, maxItems: 2 }),
    ['[12.5,-45.25]', '[0, 180]'],
    ['[181,0]', '[1]'],
  ),
  accepted(
    'a matrix',
    array({
      items: array({ items: { type: 'number' }, minItems: 3, maxItems: 3 }),
      minItems: 3,
      maxItems: 3,
    }),
    ['[[1,0,0],[0,1,0],[0,0,1]]'],
    ['[[1]]'],
  ),
  accepted(
    'the largest product',
    array({ items: array({ items: whole, maxItems: 40 }), maxItems: 50 }),
    ['[[1]]'],
  ),
];
