import { type Schema as PortableSchema, Validator } from '@cfworker/json-schema';
import { outlineSchema } from './outline-schema.ts';
import { makePortable } from './portable-schema.ts';
import { isSchemaObject, type Schema } from './schema.ts';
import { defaultSchemaLimits, type SchemaLimits } from './schema-limits.ts';
import { SchemaRefusal } from './schema-refusal.ts';

export type Validation =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid';
      /** JSON pointer of the value at fault, e.g. `#/tags/0`, and what is wrong there. */
      readonly errors: readonly { readonly pointer: string; readonly message: string }[];
    };

const errorsMax = 10;

/**
 * Whether a value is what a schema asks for; keywords that are malformed or lead outside are left out.
 * Patterns run as they are, so a stranger's schema belongs into the grammar worker. A schema beyond the
 * limits accepts nothing.
 */
export function validateAgainstSchema(schema: unknown, value: unknown): Validation {
  try {
    const { valid, errors } = createValidator(schema, defaultSchemaLimits).validate(value);
    if (valid) return { kind: 'valid' };
    return {
      kind: 'invalid',
      errors: errors
        .slice(-errorsMax)
        .map(({ instanceLocation, error }) => ({ pointer: instanceLocation, message: error })),
    };
  } catch (error) {
    // A RangeError is the stack: the schema refers to itself without looking at anything.
    if (!(error instanceof SchemaRefusal || error instanceof RangeError)) throw error;
    return { kind: 'invalid', errors: [{ pointer: '#', message: error.message }] };
  }
}

/** For the compiler: a check of values against a schema that stands in, or was made from, `root`. */
export function validityOf(root: Schema, schema: Schema): (value: unknown) => boolean {
  if (!isSchemaObject(schema)) return () => schema;
  const { $defs, definitions } = isSchemaObject(root) ? root : {};
  // Neither changes where the other keywords are found, and merged schemas may be deeper than written.
  const document = { ...schema, $defs: $defs ?? {}, definitions: definitions ?? {} };
  const validator = createValidator(document, { ...defaultSchemaLimits, ...unlimited });
  return (value) => {
    const isAccepted = withinStack(() => validator.validate(value).valid);
    if (isAccepted !== undefined) return isAccepted;
    throw new SchemaRefusal('$ref', '', 'A $ref leads back to itself: put a type in between.');
  };
}

/** undefined when the stack ends first: the schema refers to itself without looking at anything. */
function withinStack<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const unlimited: Partial<SchemaLimits> = {
  schemaBytesMax: Infinity,
  valueDepthMax: Infinity,
  depthMax: Infinity,
  propertiesMax: Infinity,
  enumValuesMax: Infinity,
};

function createValidator(schema: unknown, limits: SchemaLimits): Validator {
  const outline = outlineSchema(schema, limits, ignore);
  makePortable(outline);
  return new Validator(outline.root as PortableSchema, '2020-12', true);
}

function ignore(): void {
  // The compiler has already said what it thinks of this keyword.
}
