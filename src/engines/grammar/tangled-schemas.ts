import type { Compilation } from './compilation.ts';
import {
  areExclusive,
  flattenSchema,
  undeclaredValue,
  writtenProperty,
} from './exclusive-schemas.ts';
import type { Schema, SchemaObject } from './schema.ts';
import { schemaTypes } from './schema-types.ts';

type Container = 'object' | 'array';

/** Branches of branches are followed to here; beyond it anything may be tangled. */
const depthMax = 6;

/**
 * Whether a text can be on its way in both schemas at once while it is inside a nested object or array.
 * The engine then follows it twice, and twice again in every tangle below.
 */
export function areTangled(
  compilation: Compilation,
  one: Schema,
  other: Schema,
  depth = 0,
): boolean {
  if (one === false || other === false) return false;
  if (!compilation.canCompare()) return true;
  const [first, second] = [flattenSchema(compilation, one), flattenSchema(compilation, other)];
  if (first === undefined || second === undefined || depth > depthMax) {
    return containersOf(compilation, one).some((each) =>
      containersOf(compilation, other).includes(each),
    );
  }
  if (isLiteral(first) || isLiteral(second)) return false;
  const branches = first.anyOf ?? first.oneOf;
  if (branches !== undefined) {
    return branches.some((branch) => areTangled(compilation, branch, second, depth + 1));
  }
  if (second.anyOf !== undefined || second.oneOf !== undefined) {
    return areTangled(compilation, second, first, depth + 1);
  }
  const shared = sharedContainers(compilation, first, second);
  return (
    (shared.includes('object') && areObjectsTangled(compilation, first, second)) ||
    (shared.includes('array') && areArraysTangled(compilation, first, second))
  );
}

/** Whether a text of this schema can have anything nested; what cannot is never in a tangle. */
export function isNesting(compilation: Compilation, schema: Schema): boolean {
  return containersOf(compilation, schema).length > 0;
}

/** The keys come in order, so a key that tells the two apart guards all that come after it in both. */
function areObjectsTangled(compilation: Compilation, one: SchemaObject, other: SchemaObject) {
  const [names, otherNames] = [writtenNames(one), writtenNames(other)];
  const guards = [...new Set([...names, ...otherNames])].filter((name) =>
    tellsApart(compilation, one, other, name),
  );
  const isGuarded = (name: string | undefined) =>
    guards.some((guard) => isBefore(names, guard, name) && isBefore(otherNames, guard, name));
  const shared = [...names, ...otherNames].map((name) => ({
    name,
    values: [writtenProperty(one, name), writtenProperty(other, name)] as const,
  }));
  // Undeclared keys come last, wherever both may have them.
  const undeclared = {
    name: undefined,
    values: [undeclaredValue(one), undeclaredValue(other)],
  } as const;
  return [...shared, undeclared].some(
    ({ name, values: [first, second] }) =>
      !isGuarded(name) && sharedContainers(compilation, first, second).length > 0,
  );
}

/** A key that one always writes and the other never does, or that both always write, but differently. */
function tellsApart(
  compilation: Compilation,
  one: SchemaObject,
  other: SchemaObject,
  name: string,
): boolean {
  const [isNeeded, isNeededThere] = [one, other].map(({ required = [] }) =>
    required.includes(name),
  );
  if (isNeeded && !writes(other, name)) return true;
  if (isNeededThere && !writes(one, name)) return true;
  if (!isNeeded || !isNeededThere) return false;
  return areExclusive(compilation, writtenProperty(one, name), writtenProperty(other, name));
}

function isBefore(names: readonly string[], guard: string, name: string | undefined): boolean {
  const place = names.indexOf(guard);
  // A guard that this schema never writes ends it as soon as it comes.
  if (place === -1) return true;
  return name === undefined || !names.includes(name) || place < names.indexOf(name);
}

function areArraysTangled(compilation: Compilation, one: SchemaObject, other: SchemaObject) {
  const items = ({ prefixItems, items: rest, additionalItems }: SchemaObject): Schema[] =>
    [prefixItems ?? [], rest ?? true, additionalItems ?? []].flat() as Schema[];
  return items(one).some((item) =>
    items(other).some((otherItem) => sharedContainers(compilation, item, otherItem).length > 0),
  );
}

function sharedContainers(compilation: Compilation, one: Schema, other: Schema): Container[] {
  const others = containersOf(compilation, other);
  return containersOf(compilation, one).filter((each) => others.includes(each));
}

function containersOf(compilation: Compilation, schema: Schema, depth = 0): Container[] {
  if (schema === false) return [];
  const flat = flattenSchema(compilation, schema);
  if (flat === undefined || depth > depthMax || !compilation.canCompare()) {
    return ['object', 'array'];
  }
  if (isLiteral(flat)) return [];
  const branches = flat.anyOf ?? flat.oneOf;
  if (branches !== undefined) {
    return [...new Set(branches.flatMap((each) => containersOf(compilation, each, depth + 1)))];
  }
  const types: readonly string[] = schemaTypes(flat) ?? ['object', 'array'];
  return (['object', 'array'] as const).filter((type) => types.includes(type));
}

function isLiteral(schema: SchemaObject): boolean {
  return schema.const !== undefined || schema.enum !== undefined;
}

function writtenNames({ properties = {}, required = [] }: SchemaObject): string[] {
  return [...new Set([...Object.keys(properties), ...required])];
}

function writes(schema: SchemaObject, name: string): boolean {
  return writtenProperty(schema, name) !== false;
}
