import { complement, intersection, setOf } from './character-set.ts';
import {
  characters,
  choice,
  type Expression,
  empty,
  repetition,
  sequence,
  text,
} from './gbnf-expression.ts';
import { plainCharacters } from './json-value-rules.ts';

/** Any character of a key that is not declared: without escapes a key has one spelling only. */
export const plainCharacter: Expression = characters(...plainCharacters);

interface NameTree {
  isName: boolean;
  readonly children: Map<string, NameTree>;
}

/** Many names are told apart by fewer characters; keys that go on after those are then left out too. */
const manyNames = 50;
const depthMaxFew = 24;
const depthMaxMany = 6;

/** The inside of any key that has at least one character and is none of the names. */
export function otherKeys(names: readonly string[]): Expression {
  const more = repetition(plainCharacter, 0, Infinity);
  if (names.length === 0) return sequence(plainCharacter, more);
  const root: NameTree = { isName: false, children: new Map() };
  for (const name of names) insert(root, name);
  const depthMax = names.length > manyNames ? depthMaxMany : depthMaxFew;
  return choice(differing(root, 0, depthMax));
}

function insert(root: NameTree, name: string): void {
  let node = root;
  for (const character of name) {
    const child = node.children.get(character) ?? { isName: false, children: new Map() };
    node.children.set(character, child);
    node = child;
  }
  node.isName = true;
}

/** Ways to go on, at least one character long, that end at no name. */
function differing(node: NameTree, depth: number, depthMax: number): Expression[] {
  const more = repetition(plainCharacter, 0, Infinity);
  const taken = setOf([...node.children.keys()].map((character) => character.codePointAt(0) ?? 0));
  const others = intersection(plainCharacters, complement(taken));
  const options: Expression[] = [sequence(characters(...others), more)];
  for (const [character, child] of node.children) {
    const isPlain =
      intersection(plainCharacters, setOf([character.codePointAt(0) ?? 0])).length > 0;
    if (!isPlain) continue;
    const rest: Expression[] = child.isName ? [] : [empty];
    if (depth < depthMax) rest.push(...differing(child, depth + 1, depthMax));
    if (rest.length > 0) options.push(sequence(text(character), choice(rest)));
  }
  return options;
}
