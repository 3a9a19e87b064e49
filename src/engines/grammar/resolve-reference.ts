import type { SchemaOutline } from './outline-schema.ts';
import { isSchemaObject, type Schema } from './schema.ts';

/** The schema that a `$ref` leads to inside its document; undefined when it leads anywhere else. */
export function resolveReference(outline: SchemaOutline, reference: string): Schema | undefined {
  const fragment = fragmentOf(outline.root, reference);
  if (fragment === undefined) return undefined;
  if (fragment === '') return outline.root;
  if (!fragment.startsWith('/')) return findAnchor(outline, fragment);
  let value: unknown = outline.root;
  for (const step of fragment.slice(1).split('/').map(unescapeStep)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  // Anything that the outline has not seen is data and not a schema.
  const isKnown = typeof value === 'boolean' || (isSchemaObject(value) && outline.paths.has(value));
  return isKnown ? (value as Schema) : undefined;
}

function fragmentOf(root: Schema, reference: string): string | undefined {
  const [document = '', ...fragment] = reference.split('#');
  const id = isSchemaObject(root) ? root.$id : undefined;
  const isHere = document === '' || (typeof id === 'string' && document === id.replace(/#$/, ''));
  if (!isHere) return undefined;
  try {
    return decodeURIComponent(fragment.join('#'));
  } catch {
    return undefined;
  }
}

function findAnchor({ paths }: SchemaOutline, name: string): Schema | undefined {
  for (const schema of paths.keys()) if (schema.$anchor === name) return schema;
  return undefined;
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
