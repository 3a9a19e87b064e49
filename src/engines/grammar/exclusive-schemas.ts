import type { Compilation } from './compilation.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { isSchemaObject, type Schema, type SchemaObject } from './schema.ts';
import { schemaTypes } from './schema-types.ts';
import { validityOf } from './validate-against-schema.ts';

/** Properties of properties are compared to here; discriminators stand near the top. */
const depthMax = 4;

/** Whether no value that is written for one schema is valid under the other, either way round. */
export function areExclusive(compilation: Compilation, one: Schema, other: Schema): boolean {
  return excludes(compilation, one, other, 0) && excludes(compilation, other, one, 0);
}

/** Whether `reader` accepts nothing that is written for `writer`. False when in doubt. */
function excludes(
  compilation: Compilation,
  writer: Schema,
  reader: Schema,
  depth: number,
): boolean {
  if (writer === false || reader === false) return true;
  if (depth > depthMax || !compilation.canCompare()) return false;
  const [from, to] = [flattenSchema(compilation, writer), flattenSchema(compilation, reader)];
  if (from === undefined || to === undefined) return false;
  const written = literalsOf(from);
  if (written !== undefined) return !written.some(validityOf(compilation.root, to));
  if (!haveSharedType(from, to)) return true;
  const read = literalsOf(to);
  if (read !== undefined) return !read.some(validityOf(compilation.root, from));
  if (from.anyOf !== undefined || from.oneOf !== undefined) {
    return (from.anyOf ?? from.oneOf ?? []).every((branch) =>
      excludes(compilation, branch, to, depth + 1),
    );
  }
  if (isOnly(from, 'object') && isOnly(to, 'object')) {
    return excludesObject(compilation, from, to, depth);
  }
  return areApart(from, to);
}

/** With references and allOf merged; undefined for what says nothing about its values. */
export function flattenSchema(compilation: Compilation, schema: Schema): SchemaObject | undefined {
  if (!isSchemaObject(schema)) return undefined;
  if (schema.$ref === undefined && schema.allOf === undefined) return schema;
  const merged = flattened.get(schema) ?? mergeSchemas(compilation, schema, [schema]);
  flattened.set(schema, merged);
  return isSchemaObject(merged) ? merged : undefined;
}

/** Every compilation has schema objects of its own, so what is known of one never reaches another. */
const flattened = new WeakMap<SchemaObject, Schema>();

function literalsOf(schema: SchemaObject): readonly unknown[] | undefined {
  return schema.const === undefined ? schema.enum : [schema.const];
}

/** A reader that names no type accepts every type that its keywords are not about. */
function haveSharedType(writer: SchemaObject, reader: SchemaObject): boolean {
  const [types, others] = [schemaTypes(writer), schemaTypes(reader)];
  if (types === undefined || others === undefined || reader.type === undefined) return true;
  const family = (type: string) => (type === 'integer' ? 'number' : type);
  const families = new Set(others.map(family));
  return types.some((type) => families.has(family(type)));
}

function isOnly(schema: SchemaObject, type: 'object'): boolean {
  const types = schemaTypes(schema);
  return types?.length === 1 && types[0] === type;
}

function excludesObject(
  compilation: Compilation,
  writer: SchemaObject,
  reader: SchemaObject,
  depth: number,
): boolean {
  const reads = (name: string) =>
    declaredProperty(reader, name) ?? reader.additionalProperties ?? true;
  const names = new Set([...(reader.required ?? []), ...(writer.required ?? [])]);
  return [...names].some((name) =>
    excludes(compilation, writtenProperty(writer, name), reads(name), depth + 1),
  );
}

/** What is written under a key, declared or not; false where the key is never written. */
export function writtenProperty(schema: SchemaObject, name: string): Schema {
  const declared = declaredProperty(schema, name);
  if (declared !== undefined) return declared;
  return schema.required?.includes(name)
    ? (schema.additionalProperties ?? true)
    : undeclaredValue(schema);
}

/** What is written under keys that nobody has named; false where there are none. */
export function undeclaredValue({ properties = {}, additionalProperties }: SchemaObject): Schema {
  return additionalProperties ?? Object.keys(properties).length === 0;
}

function declaredProperty({ properties = {} }: SchemaObject, name: string): Schema | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Ranges of numbers that do not meet. */
function areApart(one: SchemaObject, other: SchemaObject): boolean {
  const isBelow = (low: SchemaObject, high: SchemaObject) => {
    const most = low.maximum ?? Number(low.exclusiveMaximum ?? Infinity);
    const least = high.minimum ?? Number(high.exclusiveMinimum ?? -Infinity);
    return most < least;
  };
  const areNumbers = [one, other].every((schema) =>
    schemaTypes(schema)?.every((type) => type === 'number' || type === 'integer'),
  );
  return areNumbers && (isBelow(one, other) || isBelow(other, one));
}
