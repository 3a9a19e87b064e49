import type { Schema, SchemaObject } from './schema.ts';
import { isSchemaObject } from './schema.ts';
import { isAnnotation, keywordShapes, schemaKeywords } from './schema-keywords.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { refuseSchema, SchemaRefusal } from './schema-refusal.ts';

export interface SchemaOutline {
  /** A private copy, in which malformed keywords are gone. */
  readonly root: Schema;
  /** Where each schema of the copy stands, e.g. `properties.tags.items`. */
  readonly paths: Map<SchemaObject, string>;
}

/** Called for what cannot be honoured: it throws, or notes it and lets the walk go on without it. */
export type Unsupported = (keyword: string, path: string, message: string) => void;

/** Measures a schema and checks the form of every keyword, before anything trusts it. */
export function outlineSchema(
  value: unknown,
  limits: SchemaLimits,
  unsupported: Unsupported,
): SchemaOutline {
  const root = copySchema(value, limits);
  const paths = new Map<SchemaObject, string>();
  let properties = 0;
  let enumValues = 0;

  const measure = (schema: SchemaObject, path: string, depth: number) => {
    if (depth > limits.depthMax) {
      refuseSchema(`The schema is nested more than ${limits.depthMax} levels deep at ${path}.`);
    }
    const names = new Set([...Object.keys(schema.properties ?? {}), ...(schema.required ?? [])]);
    properties += names.size;
    if (properties > limits.propertiesMax) {
      const message = `The schema has more than ${limits.propertiesMax} properties.`;
      throw new SchemaRefusal('properties', joinPath(path, 'properties'), message);
    }
    enumValues += schema.enum?.length ?? 0;
    if (enumValues > limits.enumValuesMax) {
      const message = `The schema has more than ${limits.enumValuesMax} enum values.`;
      throw new SchemaRefusal('enum', joinPath(path, 'enum'), message);
    }
  };

  const visit = (schema: Schema, path: string, depth: number) => {
    if (!isSchemaObject(schema)) return;
    paths.set(schema, path);
    dropMalformed(schema, path, unsupported);
    measure(schema, path, depth);
    for (const [child, below] of subschemas(schema)) visit(child, joinPath(path, below), depth + 1);
  };
  visit(root, '', 1);
  return { root, paths };
}

/** Every schema directly inside this one, with its path from here. */
function* subschemas(schema: SchemaObject): Generator<[Schema, string]> {
  for (const keyword of schemaKeywords.one) {
    const child = schema[keyword];
    if (child !== undefined && !Array.isArray(child)) yield [child as Schema, keyword];
  }
  for (const keyword of schemaKeywords.list) {
    const children = schema[keyword];
    if (!Array.isArray(children)) continue;
    for (const [index, child] of children.entries()) yield [child, `${keyword}[${index}]`];
  }
  for (const keyword of schemaKeywords.map) {
    for (const [name, child] of Object.entries(schema[keyword] ?? {})) {
      yield [child as Schema, memberPath(keyword, name)];
    }
  }
}

export function joinPath(path: string, below: string): string {
  return path === '' ? below : `${path}.${below}`;
}

function memberPath(keyword: string, name: string): string {
  const isPlain = /^[\p{L}\p{N}_$-]+$/u.test(name);
  return isPlain ? `${keyword}.${name}` : `${keyword}[${JSON.stringify(name)}]`;
}

function dropMalformed(schema: SchemaObject, path: string, unsupported: Unsupported): void {
  for (const [keyword, value] of Object.entries(schema)) {
    const shape = keywordShapes.get(keyword);
    if (shape === undefined) {
      if (!isAnnotation(keyword)) {
        const message = `The keyword ${keyword} is not supported: remove it, or send strict: false.`;
        unsupported(keyword, joinPath(path, keyword), message);
      }
    } else if (!shape.isRight(value)) {
      unsupported(keyword, joinPath(path, keyword), `${keyword} must be ${shape.is}.`);
      delete (schema as Record<string, unknown>)[keyword];
    }
  }
}

/** Through text, so that what is measured is what is compiled, and `__proto__` is a key like any other. */
function copySchema(value: unknown, limits: SchemaLimits): Schema {
  const json = schemaText(value);
  if (json === undefined || Buffer.byteLength(json) > limits.schemaBytesMax) {
    refuseSchema(`The schema is larger than ${limits.schemaBytesMax} bytes of JSON.`);
  }
  const copy: unknown = JSON.parse(json);
  if (isDeeper(copy, limits.valueDepthMax)) {
    refuseSchema(`The schema is nested more than ${limits.valueDepthMax} levels of JSON deep.`);
  }
  if (typeof copy !== 'boolean' && !isSchemaObject(copy)) {
    refuseSchema('A schema must be an object or a boolean.');
  }
  return copy;
}

/** undefined for what cannot be written as JSON: cycles, or nested deeper than the stack reaches. */
export function schemaText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((child) => isDeeper(child, levels - 1));
}
