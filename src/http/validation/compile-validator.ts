import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Static, TSchema } from 'typebox';
import { toViolation } from './to-violation.ts';

// Only our own schemas are ever compiled here: compiling runs generated code.
const ajv = new Ajv2020({
  coerceTypes: false,
  useDefaults: false,
  removeAdditional: false,
  allErrors: false,
  discriminator: true,
  verbose: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  validateFormats: false,
});

export type Validator<T> = (value: unknown) => T;

/** The returned function gives its argument back, typed, or throws PlatformError naming the path at fault. */
export function compileValidator<S extends TSchema>(schema: S): Validator<Static<S>> {
  const isValid = ajv.compile<Static<S>>(schema);
  return (value) => {
    if (isValid(value)) return value;
    throw toViolation(isValid.errors?.[0]);
  };
}
