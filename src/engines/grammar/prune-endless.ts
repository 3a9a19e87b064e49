import { choice, type Expression, empty, repetition, sequence } from './gbnf-expression.ts';

type Rules = ReadonlyMap<string, Expression>;

/**
 * The same grammar without the options from which no text ever ends, such as a required property of the
 * schema's own kind: a model that took one could only run into its limit. Rules that never end are gone.
 */
export function pruneEndless(rules: Rules): Map<string, Expression> {
  const ending = findEndingRules(rules);
  const kept = new Map<string, Expression>();
  for (const [name, expression] of rules) {
    if (ending.has(name)) kept.set(name, prune(expression, ending));
  }
  return kept;
}

/** Grows until nothing changes: a rule ends when all that it needs ends. */
function findEndingRules(rules: Rules): ReadonlySet<string> {
  const ending = new Set<string>();
  let size = -1;
  while (size !== ending.size) {
    size = ending.size;
    for (const [name, expression] of rules) if (ends(expression, ending)) ending.add(name);
  }
  return ending;
}

function ends(expression: Expression, ending: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case 'rule':
      return ending.has(expression.name);
    case 'sequence':
      return expression.parts.every((part) => ends(part, ending));
    case 'choice':
      return expression.options.some((option) => ends(option, ending));
    case 'repetition':
      return expression.least === 0 || ends(expression.of, ending);
    default:
      return true;
  }
}

function prune(expression: Expression, ending: ReadonlySet<string>): Expression {
  switch (expression.kind) {
    case 'sequence':
      return sequence(...expression.parts.map((part) => prune(part, ending)));
    case 'choice': {
      const options = expression.options.filter((option) => ends(option, ending));
      return choice(options.map((option) => prune(option, ending)));
    }
    case 'repetition': {
      const { of, least, most } = expression;
      return ends(of, ending) ? repetition(prune(of, ending), least, most) : empty;
    }
    default:
      return expression;
  }
}
