import type { Compilation } from './compilation.ts';
import type { SchemaObject } from './schema.ts';

export interface PropertyCounts {
  readonly isEmptyAllowed: boolean;
  readonly areAllRequired: boolean;
  readonly areOptionalsOut: boolean;
  /** Of the undeclared entries. */
  readonly othersLeast: number;
  readonly othersMost: number;
}

interface Declared {
  readonly required: number;
  readonly declared: number;
  readonly isOpen: boolean;
}

/** What minProperties and maxProperties mean for this object, as far as a grammar can count. */
export function propertyCounts(
  compilation: Compilation,
  schema: SchemaObject,
  object: Declared,
): PropertyCounts {
  return {
    ...lowerCounts(compilation, schema, object),
    ...upperCounts(compilation, schema, object),
  };
}

function lowerCounts(compilation: Compilation, schema: SchemaObject, object: Declared) {
  const { minProperties: least = 0 } = schema;
  const { required, declared, isOpen } = object;
  if (!isOpen && least > declared) {
    compilation.unsupported(schema, 'minProperties', 'The object cannot have so many properties.');
  }
  const areAllRequired = declared > 0 && least >= declared;
  // Two undeclared keys may turn out equal, so more than one of them cannot be promised.
  const isCounted = least <= Math.max(required, 1) || (areAllRequired && least <= declared + 1);
  if (!isCounted) {
    const message = `minProperties ${least} cannot be guaranteed: declare the properties and require them.`;
    compilation.unsupported(schema, 'minProperties', message);
  }
  const missing = Math.max(0, least - declared);
  const othersLeast = isOpen ? Math.min(missing, compilation.limits.repetitionsMax) : 0;
  return { isEmptyAllowed: least === 0, areAllRequired, othersLeast };
}

function upperCounts(compilation: Compilation, schema: SchemaObject, object: Declared) {
  const { maxProperties: most = Infinity } = schema;
  const { required, declared } = object;
  if (most < required || most < (schema.minProperties ?? 0)) {
    compilation.refuse(schema, 'maxProperties', 'More properties are required than allowed.');
  }
  const areOptionalsOut = declared > required && most === required;
  if (most >= declared && most - declared <= compilation.limits.repetitionsMax) {
    return { areOptionalsOut, othersMost: most - declared };
  }
  if (most < declared && !areOptionalsOut) {
    const message = `maxProperties ${most} cannot be guaranteed: declare fewer properties.`;
    compilation.unsupported(schema, 'maxProperties', message);
  }
  return { areOptionalsOut, othersMost: most < declared ? 0 : Infinity };
}
