import type { Random } from './random.ts';

type Schema = Record<string, unknown> | boolean;
type Make = (random: Random, depth: number) => Schema;

/** Schemas inside schemas, from the outermost. */
const depthMax = 4;
const names = ['a', 'b', 'ab', 'name', 'größe', '名前', 'x y', '"q"', '__proto__', 'type', ''];
const patterns = ['^[a-c]+$', '^\\d{2,4}$', '^(foo|ba[rz])?$', 'x+', '^[^"\\\\]*$', '^(ab?){1,3}-'];
const formats = [
  'date',
  'time',
  'date-time',
  'duration',
  'uuid',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uri',
];

/** Any schema of supported keywords. What it asks for may contradict itself. */
export function randomSchema(random: Random): Schema {
  const $defs = Object.fromEntries(['d0', 'd1', 'd2'].map((name) => [name, schema(random, 2)]));
  const root = schema(random, 0);
  return typeof root === 'boolean' ? root : { ...root, $defs };
}

function schema(random: Random, depth: number): Schema {
  const flat = [scalar, string, enumeration, constant, typeList, reference];
  const nested = [object, object, object, array, array, tuple, union, all, map];
  const make = random.pick(depth >= depthMax ? flat : [...flat, ...nested]);
  return make(random, depth + 1);
}

const scalar: Make = (random) =>
  random.pick([
    () => ({ type: 'boolean' }),
    () => ({ type: 'null' }),
    () => ({ type: 'integer', ...bounds(random, 1) }),
    () => ({ type: 'number', ...bounds(random, 10 ** random.integer(0, 4)) }),
    () => ({
      type: 'integer',
      multipleOf: random.integer(1, 40),
      ...maybe(random, { minimum: 0 }),
    }),
    () => ({ type: 'number', multipleOf: 10 ** -random.integer(0, 5), ...bounds(random, 1) }),
  ])();

function bounds(random: Random, divisor: number): Record<string, number> {
  const least = random.integer(-2000, 2000) / divisor;
  const most = least + random.integer(0, 5000) / divisor;
  return {
    ...maybe(random, { [random.pick(['minimum', 'exclusiveMinimum'])]: least }),
    ...maybe(random, { [random.pick(['maximum', 'exclusiveMaximum'])]: most }),
  };
}

const string: Make = (random) => {
  const minLength = random.integer(0, 6);
  const lengths = {
    ...maybe(random, { minLength }),
    ...maybe(random, { maxLength: minLength + 9 }),
  };
  return random.pick([
    { type: 'string', ...lengths },
    { type: 'string', pattern: random.pick(patterns) },
    { type: 'string', pattern: random.pick(patterns), ...lengths },
    { type: 'string', format: random.pick(formats) },
  ]);
};

const enumeration: Make = (random) => {
  const values = ['red', 'green', 'grey', 1, 10, -2.5, null, true, [1], { a: 1 }, 'x"y', '日本'];
  const first = random.integer(0, values.length - 1);
  return { enum: values.slice(first, first + random.integer(1, 6)) };
};

const constant: Make = (random) => ({ const: random.pick([1, 'fixed', null, [], { k: ['v'] }]) });

const typeList: Make = (random) => ({
  type: [random.pick(['string', 'integer', 'array', 'object']), random.pick(['null', 'boolean'])],
});

const reference: Make = (random) => ({ $ref: `#/$defs/d${random.integer(0, 2)}` });

const object: Make = (random, depth) => {
  const chosen = names.filter(() => random.integer(0, 3) === 0);
  const properties = Object.fromEntries(chosen.map((name) => [name, schema(random, depth)]));
  const required = chosen.filter(() => random.integer(0, 1) === 0);
  const additional = random.pick(['none', false, true, 'schema']);
  return {
    type: 'object',
    properties,
    required,
    ...(additional === 'schema' && { additionalProperties: schema(random, depth) }),
    ...(typeof additional === 'boolean' && { additionalProperties: additional }),
    ...maybe(random, { minProperties: random.integer(0, chosen.length) }),
  };
};

const map: Make = (random, depth) => ({
  type: 'object',
  additionalProperties: schema(random, depth),
  ...maybe(random, {
    propertyNames: random.pick([{ pattern: '^[a-z]+$' }, { maxLength: 4 }, { enum: ['k', 'l'] }]),
  }),
  ...maybe(random, { maxProperties: random.integer(1, 5) }),
});

const array: Make = (random, depth) => {
  const minItems = random.integer(0, 3);
  return {
    type: 'array',
    items: schema(random, depth),
    ...maybe(random, { minItems }),
    ...maybe(random, { maxItems: minItems + random.integer(0, 4) }),
  };
};

const tuple: Make = (random, depth) => ({
  type: 'array',
  prefixItems: [schema(random, depth), schema(random, depth)],
  ...maybe(random, { items: random.pick([false, { type: 'integer' }]) }),
  ...maybe(random, { minItems: random.integer(0, 2) }),
});

const union: Make = (random, depth) => ({
  ...maybe(random, { title: 'a union' }),
  [random.pick(['anyOf', 'anyOf', 'oneOf'])]: Array.from({ length: random.integer(1, 4) }, () =>
    schema(random, depth),
  ),
});

const all: Make = (random, depth) => ({
  allOf: Array.from({ length: random.integer(1, 3) }, () => object(random, depth)),
});

/** In half of the cases. */
function maybe<Value extends object>(random: Random, value: Value): Value | Record<string, never> {
  return random.integer(0, 1) === 0 ? value : {};
}
