import type { Expression } from './gbnf-expression.ts';

/**
 * How many steps the engine's check for left recursion takes, which visits the first symbols of every
 * rule again for each path that leads there. Infinity when a rule can begin with itself.
 */
export function countLeftPaths(rules: ReadonlyMap<string, Expression>): number {
  const nullable = findNullableRules(rules);
  const counts = new Map<string, number>();
  const inProgress = new Set<string>();

  const countRule = (name: string): number => {
    const known = counts.get(name);
    if (known !== undefined) return known;
    if (inProgress.has(name)) return Number.POSITIVE_INFINITY;
    inProgress.add(name);
    let count = 1;
    for (const first of firstRules(rules.get(name), nullable)) count += countRule(first);
    inProgress.delete(name);
    counts.set(name, count);
    return count;
  };

  let total = 0;
  for (const name of rules.keys()) total += countRule(name);
  return total;
}

/** Grows until nothing changes: recursion makes a single pass miss some. */
function findNullableRules(rules: ReadonlyMap<string, Expression>): ReadonlySet<string> {
  const nullable = new Set<string>();
  let size = -1;
  while (size !== nullable.size) {
    size = nullable.size;
    for (const [name, expression] of rules) {
      if (isNullable(expression, nullable)) nullable.add(name);
    }
  }
  return nullable;
}

function isNullable(expression: Expression, nullable: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case 'text':
    case 'characters':
      return false;
    case 'rule':
      return nullable.has(expression.name);
    case 'sequence':
      return expression.parts.every((part) => isNullable(part, nullable));
    case 'choice':
      return expression.options.some((option) => isNullable(option, nullable));
    case 'repetition':
      return expression.least === 0 || isNullable(expression.of, nullable);
  }
}

/** Names of the rules that may stand first, once for each place. */
function firstRules(expression: Expression | undefined, nullable: ReadonlySet<string>): string[] {
  switch (expression?.kind) {
    case 'rule':
      return [expression.name];
    case 'choice':
      return expression.options.flatMap((option) => firstRules(option, nullable));
    case 'repetition':
      return firstRules(expression.of, nullable);
    case 'sequence': {
      const first = expression.parts.findIndex((part) => !isNullable(part, nullable));
      const reachable = first === -1 ? expression.parts : expression.parts.slice(0, first + 1);
      return reachable.flatMap((part) => firstRules(part, nullable));
    }
    default:
      return [];
  }
}
