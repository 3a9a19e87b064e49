import type { JsonSchema } from '../generation-request.ts';

const depthMax = 16;
const itemsMax = 64;
const charactersMax = 1024;

/**
 * A value for simple schemas: types, required properties, enum, const, the first branch of a choice, local
 * references, lower bounds. Whatever else a schema demands is not looked at: this is for demos.
 */
export function sampleOfSchema(schema: JsonSchema): unknown {
  return sample(schema, schema, depthMax);
}

function sample(schema: unknown, root: JsonSchema, depthLeft: number): unknown {
  if (!isRecord(schema) || depthLeft === 0) return null;
  if ('const' in schema) return schema.const;
  const below = (part: unknown) => sample(part, root, depthLeft - 1);
  const [value] = asArray(schema.enum);
  if (value !== undefined) return value;
  const [branch] = [...asArray(schema.anyOf), ...asArray(schema.oneOf)];
  if (branch !== undefined) return below(branch);
  if (typeof schema.$ref === 'string') return below(resolve(schema.$ref, root));
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(schema, below);
    case 'array':
      return Array.from({ length: bounded(schema.minItems, itemsMax) }, () => below(schema.items));
    case 'string':
      return 'moon'.padEnd(bounded(schema.minLength, charactersMax), '.');
    case 'integer':
    case 'number':
      return lowestWhole(schema);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function sampleObject(
  schema: Readonly<Record<string, unknown>>,
  below: (part: unknown) => unknown,
): object {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const names = asArray(schema.required).filter((name) => typeof name === 'string');
  return Object.fromEntries(names.map((name) => [name, below(properties[name])]));
}

function typeOf({ type, properties }: Readonly<Record<string, unknown>>): unknown {
  return asArray(type)[0] ?? type ?? (isRecord(properties) ? 'object' : undefined);
}

/** `#/$defs/name` and the like; undefined when it leads nowhere. */
function resolve(reference: string, root: JsonSchema): unknown {
  let place: unknown = root;
  for (const name of reference.split('/').slice(1)) {
    place = isRecord(place) ? place[name] : undefined;
  }
  return place;
}

function bounded(value: unknown, max: number): number {
  return Math.min(Math.max(0, numberOf(value, 0)), max);
}

function lowestWhole(schema: Readonly<Record<string, unknown>>): number {
  const above = numberOf(schema.exclusiveMinimum, -1);
  return typeof schema.minimum === 'number' ? Math.ceil(schema.minimum) : Math.floor(above) + 1;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
