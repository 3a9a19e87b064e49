import { type AST, visitRegExpAST } from '@eslint-community/regexpp';
import type { SchemaOutline } from './outline-schema.ts';
import { parsePattern } from './pattern-grammar.ts';
import { resolveReference } from './resolve-reference.ts';
import type { SchemaObject } from './schema.ts';
import { stringFormats } from './string-formats.ts';

/**
 * Rewrites an outlined schema in place to what the validator reads the same way as the compiler: today's
 * spelling for older drafts, patterns in unicode mode, references within the document only.
 */
export function makePortable(outline: SchemaOutline): void {
  for (const schema of outline.paths.keys()) {
    if (schema.$ref !== undefined && resolveReference(outline, schema.$ref) === undefined) {
      delete (schema as Record<string, unknown>).$ref;
    }
  }
  const id = outline.paths.keys().next().value?.$id;
  for (const schema of outline.paths.keys()) rewrite(schema, typeof id === 'string' ? id : '');
}

function rewrite(schema: SchemaObject, id: string): void {
  const writable = schema as Record<string, unknown>;
  if (schema.$ref?.startsWith('#') === false) {
    writable.$ref = `#${schema.$ref.slice(id.replace(/#$/, '').length + 1)}`;
  }
  for (const keyword of ['$id', 'id', '$schema']) delete writable[keyword];
  rewriteTuple(writable, schema);
  if (schema.nullable === true && schema.type !== undefined) {
    writable.type = [schema.type, 'null'].flat();
  }
  rewriteExclusive(writable, 'minimum', 'exclusiveMinimum');
  rewriteExclusive(writable, 'maximum', 'exclusiveMaximum');
  if (schema.format !== undefined && !stringFormats.has(schema.format)) delete writable.format;
  const pattern = schema.pattern === undefined ? undefined : toUnicodePattern(schema.pattern);
  if (pattern === undefined) delete writable.pattern;
  else writable.pattern = pattern;
}

/** `items` as a list became `prefixItems`, and `additionalItems` became `items`. */
function rewriteTuple(writable: Record<string, unknown>, { items, additionalItems }: SchemaObject) {
  delete writable.additionalItems;
  if (!Array.isArray(items)) return;
  delete writable.items;
  if (items.length > 0) writable.prefixItems = items;
  if (additionalItems !== undefined) writable.items = additionalItems;
}

function rewriteExclusive(schema: Record<string, unknown>, bound: string, exclusive: string): void {
  if (typeof schema[exclusive] !== 'boolean') return;
  const isExclusive = schema[exclusive] && schema[bound] !== undefined;
  delete schema[exclusive];
  if (!isExclusive) return;
  schema[exclusive] = schema[bound];
  delete schema[bound];
}

/** The same pattern for unicode mode, which refuses escapes that mean nothing; undefined when there is none. */
function toUnicodePattern(source: string): string | undefined {
  if (isUnicodePattern(source)) return source;
  const pattern = parsePattern(source);
  if (pattern === undefined) return undefined;
  const needless: AST.Character[] = [];
  visitRegExpAST(pattern, {
    onCharacterEnter: (character) => {
      if (/^\\[^a-zA-Z0-9]$/.test(character.raw)) needless.push(character);
    },
  });
  let rewritten = source;
  for (const { start, value } of needless.toSorted((one, other) => other.start - one.start)) {
    const code = `\\u{${value.toString(16)}}`;
    rewritten = rewritten.slice(0, start) + code + rewritten.slice(start + 2);
  }
  return isUnicodePattern(rewritten) ? rewritten : undefined;
}

function isUnicodePattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
