import type { Random } from './random.ts';

type Schema = Readonly<Record<string, unknown>>;
type Make = (random: Random) => Schema;

/** Keys that need escapes, several bytes, or care in the syntax of a call. */
const keys = ['a', 'unit', 'größe', '名前', 'x y', '"q"', '<b>', '__proto__', 'name', 'arguments'];
const words = [
  ...['red', 'x"y', '日本', 'a\\b', '</tool_call>', '</parameter>\n', '<|"|>', '🙂', '{}'],
  // Strings that would be something else where arguments are written without quotes.
  ...['7', 'null', ' x'],
];
const patterns = ['^[a-c]{1,4}$', '^\\d{2,4}$', '^(foo|ba[rz])?$', '^[^"\\\\]{0,5}$', '^é+x{2}$'];
const formats = ['date', 'time', 'date-time', 'duration', 'uuid', 'email', 'hostname', 'ipv4'];
const small: Schema = { type: 'integer', minimum: -9, maximum: 99 };
const flag: Schema = { type: 'boolean' };

/** One a keyword, or a pair that works together; each ends soon, whoever writes the value. */
const makers: readonly Make[] = [
  (random) => ({
    type: 'integer',
    minimum: random.integer(-50, 0),
    maximum: random.integer(1, 999),
  }),
  (random) => ({ type: 'number', exclusiveMinimum: -1.5, exclusiveMaximum: random.integer(0, 9) }),
  (random) => ({ type: 'integer', multipleOf: random.integer(2, 30), minimum: 0, maximum: 900 }),
  (random) => ({
    type: 'number',
    multipleOf: random.pick([0.5, 0.25, 0.01]),
    minimum: 0,
    maximum: 9,
  }),
  (random) => ({
    type: 'string',
    minLength: random.integer(0, 3),
    maxLength: random.integer(3, 9),
  }),
  (random) => ({ type: 'string', pattern: random.pick(patterns), maxLength: 8 }),
  (random) => ({ type: 'string', format: random.pick(formats) }),
  (random) => ({ type: 'string', format: random.pick(['ipv6', 'uri', ...formats]) }),
  (random) => ({ enum: [random.pick(words), random.pick(words), 1, -2.5, null, [1], { a: 'b' }] }),
  (random) => ({ type: 'string', enum: words.slice(random.integer(0, 11)) }),
  (random) => ({ const: random.pick<unknown>([...words, 7, null, [], { k: ['v'] }]) }),
  (random) => ({ type: [random.pick(['integer', 'boolean']), 'null'] }),
  (random) => ({ type: 'string', maxLength: random.integer(1, 5), nullable: true }),
  (random) => ({ type: ['string', 'null'], maxLength: random.integer(1, 5) }),
  (random) => ({
    type: 'array',
    items: value(random),
    minItems: 1,
    maxItems: 2,
    uniqueItems: false,
  }),
  (random) => ({ type: 'array', prefixItems: [small, value(random)], items: false, minItems: 2 }),
  () => ({ type: 'array', prefixItems: [flag, small], unevaluatedItems: false, minItems: 1 }),
  () => ({ type: 'array', items: [small, flag], additionalItems: false }),
  (random) => ({ anyOf: [value(random), { type: 'null' }] }),
  (random) => ({ oneOf: [small, { type: 'string', maxLength: random.integer(1, 6) }] }),
  (random) => ({ allOf: [objectOf(random, 1), { type: 'object', properties: { sum: small } }] }),
  () => ({ type: 'object', properties: { a: small }, unevaluatedProperties: false }),
  (random) => ({
    type: 'object',
    additionalProperties: value(random),
    propertyNames: random.pick([
      { pattern: '^[a-z]{1,3}$' },
      { maxLength: 3 },
      { enum: ['k', 'é'] },
    ]),
    minProperties: 1,
    maxProperties: 2,
  }),
  () => ({ $ref: '#/$defs/place' }),
  () => ({ $ref: '#/$defs/list' }),
  () => ({ $ref: '#/definitions/old' }),
];

/**
 * The schema of a tool's arguments, of keywords that a grammar guarantees. Each `turn` has another
 * keyword for sure, and some more at random; optional ones in half of the cases.
 */
export function randomToolSchema(random: Random, turn: number): Schema {
  const sure = makers[turn % makers.length] ?? value;
  const rest = objectOf(random, random.integer(0, 2));
  const nested = random.integer(0, 3) === 0 ? { nested: objectOf(random, 1) } : {};
  return {
    type: 'object',
    properties: { sure: sure(random), ...(rest.properties as Schema), ...nested },
    required: ['sure', ...(rest.required as readonly string[])],
    additionalProperties: false,
    $defs: { place: objectOf(random, 1, flat), list },
    definitions: { old: { enum: ['old', random.integer(0, 9)] } },
  };
}

/** A chain, which goes on as long as the writer of the value likes. */
const list: Schema = {
  type: 'object',
  properties: { value: flag, next: { anyOf: [{ $ref: '#/$defs/list' }, { type: 'null' }] } },
  required: ['value', 'next'],
  additionalProperties: false,
};

function objectOf(random: Random, count: number, make: Make = value): Schema {
  const first = random.integer(0, keys.length - 1);
  const chosen = Array.from(
    { length: count },
    (_, index) => `${keys[(first + index) % keys.length]}`,
  );
  return {
    type: 'object',
    // Not by assignment: `__proto__` is a key like any other.
    properties: Object.fromEntries(chosen.map((key) => [key, make(random)])),
    required: chosen.filter(() => random.integer(0, 1) === 0),
  };
}

const value: Make = (random) => random.pick(makers)(random);
const flat: Make = (random) => random.pick(makers.slice(0, 14))(random);
