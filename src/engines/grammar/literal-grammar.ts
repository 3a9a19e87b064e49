import { choice, type Expression, empty, sequence, text } from './gbnf-expression.ts';

/** Groups nest this deep at most; what is left stands as a plain list. */
const depthMax = 24;

/** One of the texts. Shared beginnings are written once, because the engine tries all options at every step. */
export function literalChoice(texts: readonly string[]): Expression {
  return branch(
    [...new Set(texts)].map((each) => [...each]),
    0,
  );
}

type Characters = readonly string[];

function branch(suffixes: readonly Characters[], depth: number): Expression {
  if (depth === depthMax) return choice(suffixes.map((suffix) => text(suffix.join(''))));
  const groups = new Map<string, Characters[]>();
  for (const suffix of suffixes) {
    const first = suffix[0] ?? '';
    const group = groups.get(first);
    if (group === undefined) groups.set(first, [suffix]);
    else group.push(suffix);
  }
  return choice([...groups.values()].map((group) => withSharedStart(group, depth)));
}

function withSharedStart(group: readonly Characters[], depth: number): Expression {
  const [first = []] = group;
  if (group.length === 1) return first.length === 0 ? empty : text(first.join(''));
  let length = 1;
  while (length < first.length && group.every((each) => each[length] === first[length]))
    length += 1;
  const rest = branch(
    group.map((each) => each.slice(length)),
    depth + 1,
  );
  return sequence(text(first.slice(0, length).join('')), rest);
}
