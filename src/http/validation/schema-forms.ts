import { type Static, type TSchema, Type } from 'typebox';

/** The schema, or null. Works for schemas with a `type`; `null` joins an `enum` as well. */
export function nullable<S extends TSchema>(schema: S) {
  const { type, enum: values, ...rest } = schema as S & { type: string; enum?: unknown[] };
  return Type.Unsafe<Static<S> | null>({
    ...rest,
    type: [type, 'null'].flat(),
    ...(values === undefined ? {} : { enum: [...values, null] }),
  });
}

/** An optional field: absent, null, or the schema. SDKs send null for what was not set. */
export function optional<S extends TSchema>(schema: S) {
  return Type.Optional(nullable(schema));
}

export function oneOfStrings<const V extends readonly string[]>(values: V) {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values] });
}

/** Objects told apart by one property: a single check and a single error instead of one a branch. */
export function taggedUnion<S extends readonly TSchema[]>(
  property: string,
  variants: readonly [...S],
) {
  return Type.Unsafe<Static<S[number]>>({
    type: 'object',
    required: [property],
    discriminator: { propertyName: property },
    oneOf: variants,
  });
}

/** A string, or an array of parts. */
export function stringOrItems<S extends TSchema>(items: S, itemsMax: number, strings: object = {}) {
  return Type.Unsafe<string | readonly Static<S>[]>({
    type: ['string', 'array'],
    items,
    maxItems: itemsMax,
    ...strings,
  });
}
