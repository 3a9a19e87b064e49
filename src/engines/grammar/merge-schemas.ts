import type { Compilation } from './compilation.ts';
import { mergeKeyword } from './merge-keyword.ts';
import { isSchemaObject, type Schema, type SchemaObject } from './schema.ts';
import { keywordShapes } from './schema-keywords.ts';

/** References and branches that one merge may bring together. */
const partsMax = 64;

/**
 * One schema that says what all parts say, references and `allOf` in them included; false when nothing
 * can. What cannot be combined is reported at the origin, and the first part's word holds.
 */
export function mergeSchemas(
  compilation: Compilation,
  origin: SchemaObject,
  parts: readonly Schema[],
): Schema {
  const flat: SchemaObject[] = [];
  const seen = new Set<SchemaObject>();
  const open = new Set<SchemaObject>();
  const collect = (part: Schema): boolean => {
    if (!isSchemaObject(part)) return part;
    if (open.has(part)) {
      compilation.refuse(
        part,
        part.$ref === undefined ? 'allOf' : '$ref',
        'It leads back to itself.',
      );
    }
    if (seen.has(part)) return true;
    seen.add(part);
    open.add(part);
    if (seen.size > partsMax) {
      compilation.refuse(origin, 'allOf', `allOf brings more than ${partsMax} schemas together.`);
    }
    flat.push(part);
    const target = part.$ref === undefined ? true : resolveOrReport(compilation, part, part.$ref);
    const isPossible = [target, ...(part.allOf ?? [])].every(collect);
    open.delete(part);
    return isPossible;
  };
  if (!parts.every(collect)) return false;

  let merged: SchemaObject = {};
  for (const [index, part] of flat.entries()) {
    const next = mergeTwo(compilation, origin, merged, plainPart(part, index > 0));
    if (next === undefined) return false;
    merged = next;
  }
  return compilation.adopt(merged, origin);
}

/** The target, or anything where there is none. */
function resolveOrReport(
  compilation: Compilation,
  schema: SchemaObject,
  reference: string,
): Schema {
  const target = compilation.resolve(reference);
  if (target !== undefined) return target;
  const message = `${JSON.stringify(reference)} does not lead to a schema in this document: use "#/$defs/…".`;
  compilation.unsupported(schema, '$ref', message);
  return true;
}

/** Whether a schema says anything about values, rather than only about itself. */
export function isConstraining(schema: SchemaObject): boolean {
  return Object.keys(schema).some(isConstraint);
}

export function isConstraint(keyword: string): boolean {
  return keyword !== '$defs' && keyword !== 'definitions' && keywordShapes.has(keyword);
}

function mergeTwo(
  compilation: Compilation,
  origin: SchemaObject,
  one: SchemaObject,
  other: SchemaObject,
): SchemaObject | undefined {
  const merged: Record<string, unknown> = { ...one };
  const keywords = new Set([...Object.keys(one), ...Object.keys(other)]);
  for (const keyword of keywords) {
    if (!isConstraint(keyword) || keyword === '$ref' || keyword === 'allOf') continue;
    const result = mergeKeyword(keyword, one, other, (made) => compilation.adopt(made, origin));
    if (result.kind === 'impossible') return undefined;
    if (result.kind === 'conflict') {
      const message = `${keyword} stands in several parts of allOf that cannot be combined.`;
      compilation.unsupported(origin, keyword, message);
    } else {
      merged[keyword] = result.value;
    }
  }
  return merged;
}

/** A part in words that other parts can be merged with: today's spelling, and nothing that looks past it. */
function plainPart(part: SchemaObject, isInner: boolean): SchemaObject {
  const { nullable, type, additionalItems, unevaluatedProperties, unevaluatedItems, ...rest } =
    part;
  const plain: Record<string, unknown> = rest;
  if (type !== undefined) plain.type = nullable === true ? [type, 'null'].flat() : type;
  if (Array.isArray(rest.items)) {
    plain.prefixItems = rest.items;
    plain.items = additionalItems;
  }
  // Inside allOf these do not see what the other parts declare, just as their older relatives.
  const [properties, items] = isInner
    ? (['additionalProperties', 'items'] as const)
    : (['unevaluatedProperties', 'unevaluatedItems'] as const);
  plain[properties] ??= unevaluatedProperties;
  plain[items] ??= unevaluatedItems;
  return withoutUndefined(plain);
}

function withoutUndefined(schema: Record<string, unknown>): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
