import type { Schema, SchemaObject, TypeName } from './schema.ts';

export type MergedKeyword =
  | { readonly kind: 'merged'; readonly value: unknown }
  /** No value satisfies both. */
  | { readonly kind: 'impossible' }
  /** Both may be satisfiable together, but not by one keyword. */
  | { readonly kind: 'conflict' };

type Adopt = (made: SchemaObject) => SchemaObject;
type Merge = (one: unknown, other: unknown, adopt: Adopt) => MergedKeyword;

/** Pairs of branches that two lists of alternatives may become. */
const branchPairsMax = 32;

/** The value of a keyword that says what it says in both schemas. At least one of them has it. */
export function mergeKeyword(
  keyword: string,
  one: SchemaObject,
  other: SchemaObject,
  adopt: Adopt,
): MergedKeyword {
  if (keyword === 'properties') return merged(mergeProperties(one, other, adopt));
  if (keyword === 'prefixItems') return merged(mergePrefix(one, other, adopt));
  const [first, second] = [one[keyword], other[keyword]];
  if (first === undefined) return merged(second);
  if (second === undefined || JSON.stringify(first) === JSON.stringify(second))
    return merged(first);
  const merge = merges.get(keyword);
  return merge === undefined ? { kind: 'conflict' } : merge(first, second, adopt);
}

function merged(value: unknown): MergedKeyword {
  return { kind: 'merged', value };
}

const both: Merge = (one, other, adopt) => merged(intersect(one as Schema, other as Schema, adopt));

const bound =
  (pick: (one: number, other: number) => number): Merge =>
  (one, other) => {
    if (typeof one !== 'number' || typeof other !== 'number') return { kind: 'conflict' };
    return merged(pick(one, other));
  };

const alternatives: Merge = (one, other, adopt) => {
  const [first, second] = [one as readonly Schema[], other as readonly Schema[]];
  if (first.length * second.length > branchPairsMax) return { kind: 'conflict' };
  return merged(first.flatMap((each) => second.map((another) => intersect(each, another, adopt))));
};

const merges: ReadonlyMap<string, Merge> = new Map([
  ['type', mergeTypes],
  ['enum', mergeValues],
  ['const', () => ({ kind: 'impossible' }) as const],
  ['required', (one, other) => merged([...new Set([one, other].flat())])],
  ['uniqueItems', () => merged(true)],
  ['minimum', bound(Math.max)],
  ['maximum', bound(Math.min)],
  ['exclusiveMinimum', bound(Math.max)],
  ['exclusiveMaximum', bound(Math.min)],
  ['minLength', bound(Math.max)],
  ['maxLength', bound(Math.min)],
  ['minItems', bound(Math.max)],
  ['maxItems', bound(Math.min)],
  ['minProperties', bound(Math.max)],
  ['maxProperties', bound(Math.min)],
  ['items', both],
  ['propertyNames', both],
  ['additionalProperties', both],
  ['unevaluatedProperties', both],
  ['unevaluatedItems', both],
  ['anyOf', alternatives],
  ['oneOf', alternatives],
] satisfies [string, Merge][]);

function intersect(one: Schema, other: Schema, adopt: Adopt): Schema {
  if (one === false || other === false) return false;
  if (one === true) return other;
  return other === true ? one : adopt({ allOf: [one, other] });
}

function mergeTypes(one: unknown, other: unknown): MergedKeyword {
  const [first, second] = [[one].flat() as TypeName[], [other].flat() as TypeName[]];
  const allows = (types: readonly TypeName[], type: TypeName) =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const shared = [
    ...first.filter((type) => allows(second, type)),
    ...second.filter((type) => allows(first, type)),
  ];
  return shared.length === 0 ? { kind: 'impossible' } : merged([...new Set(shared)]);
}

function mergeValues(one: unknown, other: unknown): MergedKeyword {
  const known = new Set((other as unknown[]).map((value) => JSON.stringify(value)));
  const shared = (one as unknown[]).filter((value) => known.has(JSON.stringify(value)));
  return shared.length === 0 ? { kind: 'impossible' } : merged(shared);
}

function mergeProperties(one: SchemaObject, other: SchemaObject, adopt: Adopt) {
  // Without a prototype, so that a property called __proto__ is one like any other.
  const properties: Record<string, Schema> = Object.create(null);
  const names = new Set([
    ...Object.keys(one.properties ?? {}),
    ...Object.keys(other.properties ?? {}),
  ]);
  for (const name of names) {
    properties[name] = intersect(propertyIn(one, name), propertyIn(other, name), adopt);
  }
  return properties;
}

/** `items` of one part also holds for what only the other part's `prefixItems` names. */
function mergePrefix(one: SchemaObject, other: SchemaObject, adopt: Adopt): Schema[] {
  const itemIn = ({ prefixItems, items = true }: SchemaObject, index: number) =>
    prefixItems?.[index] ?? (items as Schema);
  const length = Math.max(one.prefixItems?.length ?? 0, other.prefixItems?.length ?? 0);
  return Array.from({ length }, (_, index) =>
    intersect(itemIn(one, index), itemIn(other, index), adopt),
  );
}

/** What a schema says about one property, declared or not. */
function propertyIn(schema: SchemaObject, name: string): Schema {
  const { properties = {}, additionalProperties = true } = schema;
  return Object.hasOwn(properties, name) ? (properties[name] ?? true) : additionalProperties;
}
