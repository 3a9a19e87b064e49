import type { Expression } from './gbnf-expression.ts';

/**
 * The most readings of one text that nested tangles may keep alive together: they add up in a tangle and
 * multiply below it. Infinity when a tangle leads back to itself.
 */
export function countTangles(
  rules: ReadonlyMap<string, Expression>,
  tangles: ReadonlySet<string>,
): number {
  if (tangles.size === 0) return 1;
  const counts = new Map<string, number>();
  for (const name of tangles) {
    if (leadsBack(rules, name)) return Number.POSITIVE_INFINITY;
  }
  const countRule = (name: string): number => {
    const known = counts.get(name);
    if (known !== undefined) return known;
    // A rule in progress is recursion without a tangle in it: it adds nothing.
    counts.set(name, 1);
    const below = [...references(rules.get(name))].map(countRule);
    const own = tangles.has(name)
      ? below.reduce((sum, count) => sum + count, 0)
      : Math.max(1, ...below);
    counts.set(name, own);
    return own;
  };
  return Math.max(1, ...[...rules.keys()].map(countRule));
}

function leadsBack(rules: ReadonlyMap<string, Expression>, start: string): boolean {
  const seen = new Set<string>();
  const waiting = [...references(rules.get(start))];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === start) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...references(rules.get(name)));
  }
  return false;
}

function references(expression: Expression | undefined): Set<string> {
  switch (expression?.kind) {
    case 'rule':
      return new Set([expression.name]);
    case 'sequence':
      return new Set(expression.parts.flatMap((part) => [...references(part)]));
    case 'choice':
      return new Set(expression.options.flatMap((option) => [...references(option)]));
    case 'repetition':
      return references(expression.of);
    default:
      return new Set();
  }
}
