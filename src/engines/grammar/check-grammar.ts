import { countLeftPaths } from './count-left-paths.ts';
import { countTangles } from './count-tangles.ts';
import type { Expression } from './gbnf-expression.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { refuseSchema, SchemaRefusal } from './schema-refusal.ts';

/** Refuses a whole grammar that the engine could not load, or that would grow on it while it generates. */
export function checkGrammar(
  rules: ReadonlyMap<string, Expression>,
  tangles: ReadonlySet<string>,
  limits: SchemaLimits,
): void {
  const leftPaths = countLeftPaths(rules);
  if (leftPaths === Number.POSITIVE_INFINITY) {
    const message = 'A $ref leads back to itself without anything in between: give it a type.';
    throw new SchemaRefusal('$ref', '', message);
  }
  if (leftPaths > limits.leftPathsMax) {
    refuseSchema('The schema has too many nested alternatives: use fewer branches of anyOf.');
  }
  if (countTangles(rules, tangles) > limits.readingsMax) {
    const message =
      'Branches of anyOf or oneOf stay alike down to their nested objects: put a required property with a different const first in each branch.';
    throw new SchemaRefusal('anyOf', '', message);
  }
}
