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
  const [from, to] = [flatten(compilation, writer), flatten(compilation, reader)];
  if (from === undefined || to === undefined || depth > depthMax) return false;
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

function flatten(compilation: Compilation, schema: Schema): SchemaObject | undefined {
  if (!isSchemaObject(schema)) return undefined;
  if (schema.$ref === undefined && schema.allOf === undefined) return schema;
  const merged = mergeSchemas(compilation, schema, [schema]);
  return isSchemaObject(merged) ? merged : undefined;
}

function literalsOf(schema: SchemaObject): readonly unknown[] | undefined {
  return schema.const === undefined ? schema.enum : [schema.const];
}

function haveSharedType(one: SchemaObject, other: SchemaObject): boolean {
  const [types, others] = [schemaTypes(one), schemaTypes(other)];
  if (types === undefined || others === undefined) return true;
  const family = (type: string) => (type === 'integer' ? 'number' : type);
  const families = new Set(others.map(family));
  return types.some((type) => families.has(family(type)));
}

function isOnly(schema: SchemaObject, type: 'object'): boolean {
  const types = schemaTypes(schema);
  return types?.length === 1 && types[0] === type;
}

/** An undeclared key is only ever written where the schema says so. */
function excludesObject(
  compilation: Compilation,
  writer: SchemaObject,
  reader: SchemaObject,
  depth: number,
): boolean {
  const writes = (name: string) =>
    own(writer, name) ??
    (writer.required?.includes(name) ? true : (writer.additionalProperties ?? false));
  const reads = (name: string) => own(reader, name) ?? reader.additionalProperties ?? true;
  const names = new Set([...(reader.required ?? []), ...(writer.required ?? [])]);
  return [...names].some((name) => excludes(compilation, writes(name), reads(name), depth + 1));
}

function own(schema: SchemaObject, name: string): Schema | undefined {
  const { properties = {} } = schema;
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
