import { arraySchemas } from './array-schemas.ts';
import { combinedSchemas } from './combined-schemas.ts';
import { everydaySchemas } from './everyday-schemas.ts';
import { objectSchemas } from './object-schemas.ts';
import { referenceSchemas } from './reference-schemas.ts';
import { scalarSchemas } from './scalar-schemas.ts';
import type { AcceptedSchema } from './schema-case.ts';
import { stringSchemas } from './string-schemas.ts';

export const acceptedSchemas: readonly AcceptedSchema[] = [
  ...scalarSchemas,
  ...stringSchemas,
  ...objectSchemas,
  ...arraySchemas,
  ...combinedSchemas,
  ...referenceSchemas,
  ...everydaySchemas,
];
