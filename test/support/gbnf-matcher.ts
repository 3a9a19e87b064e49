import { type GbnfNode, parseGbnf } from './gbnf-parser.ts';

/** Whether a grammar has a text, found by trying every derivation at every position once. */
export function createGbnfMatcher(gbnf: string, rootRule: string): (text: string) => boolean {
  const rules = parseGbnf(gbnf);
  return (text) => {
    const characters = [...text];
    const known = new Map<string, ReadonlySet<number>>();

    const endsOfRule = (name: string, start: number): ReadonlySet<number> => {
      const key = `${start} ${name}`;
      const ends = known.get(key) ?? endsOf(rules.get(name), start);
      known.set(key, ends);
      return ends;
    };
    const endsOf = (node: GbnfNode | undefined, start: number): ReadonlySet<number> => {
      switch (node?.kind) {
        case 'text': {
          const expected = [...node.text];
          const isHere = expected.every((each, index) => characters[start + index] === each);
          return new Set(isHere ? [start + expected.length] : []);
        }
        case 'class': {
          const code = characters[start]?.codePointAt(0) ?? -1;
          const isIn = node.ranges.some(([first, last]) => first <= code && code <= last);
          return new Set(isIn ? [start + 1] : []);
        }
        case 'rule':
          return endsOfRule(node.name, start);
        case 'sequence':
          return node.parts.reduce((starts, part) => endsAfter(part, starts), new Set([start]));
        case 'choice':
          return union(node.options.map((option) => endsOf(option, start)));
        case 'repeat':
          return endsOfRepeat(node, start, endsAfter);
        default:
          throw new Error('a rule is missing');
      }
    };
    const endsAfter = (node: GbnfNode, starts: ReadonlySet<number>): Set<number> =>
      union([...starts].map((start) => endsOf(node, start)));
    return endsOfRule(rootRule, 0).has(characters.length);
  };
}

type EndsAfter = (node: GbnfNode, starts: ReadonlySet<number>) => Set<number>;

function endsOfRepeat(
  { of, least, most }: Extract<GbnfNode, { kind: 'repeat' }>,
  start: number,
  endsAfter: EndsAfter,
): Set<number> {
  let reached: ReadonlySet<number> = new Set([start]);
  const ends = new Set<number>(least === 0 ? [start] : []);
  for (let round = 1; round <= most && reached.size > 0; round += 1) {
    reached = endsAfter(of, reached);
    const known = ends.size;
    if (round >= least) addAll(ends, reached);
    // A round that reaches nothing new cannot lead to anything new.
    if (round >= least && ends.size === known) break;
  }
  return ends;
}

function union(sets: readonly ReadonlySet<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

function addAll(target: Set<number>, values: ReadonlySet<number>): void {
  for (const value of values) target.add(value);
}
