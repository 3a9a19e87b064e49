import { type GbnfNode, parseGbnf } from './gbnf-parser.ts';
import type { Random } from './random.ts';

/** Draws texts from a grammar, without a model. */
export interface GbnfSampler {
  sample(random: Random): string;
}

/** About how many characters are drawn freely; from there on the shortest way to an end is taken. */
const charactersMax = 400;

export function createGbnfSampler(gbnf: string, rootRule: string): GbnfSampler {
  const rules = parseGbnf(gbnf);
  const costs = shortestTexts(rules);
  return {
    sample(random) {
      const draw = new Draw(rules, costs, random);
      draw.add({ kind: 'rule', name: rootRule });
      return draw.text;
    },
  };
}

type Costs = ReadonlyMap<string, number>;

class Draw {
  text = '';
  readonly #rules: ReadonlyMap<string, GbnfNode>;
  readonly #costs: Costs;
  readonly #random: Random;

  constructor(rules: ReadonlyMap<string, GbnfNode>, costs: Costs, random: Random) {
    this.#rules = rules;
    this.#costs = costs;
    this.#random = random;
  }

  add(node: GbnfNode): void {
    switch (node.kind) {
      case 'text':
        this.text += node.text;
        break;
      case 'class':
        this.text += this.#character(node.ranges);
        break;
      case 'rule':
        this.add(ruleOf(this.#rules, node.name));
        break;
      case 'sequence':
        for (const part of node.parts) this.add(part);
        break;
      case 'choice':
        this.add(this.#isOver() ? this.#shortest(node.options) : this.#random.pick(node.options));
        break;
      case 'repeat':
        this.#repeat(node.of, node.least, node.most);
    }
  }

  #repeat(of: GbnfNode, least: number, most: number): void {
    // Both bounds themselves are worth a look, as long as they are near.
    const usual = Math.min(most, least + 4);
    const wanted = most <= 300 && this.#random.integer(0, 5) === 0 ? most : usual;
    const rounds = this.#isOver() ? least : this.#random.integer(least, wanted);
    for (let round = 0; round < rounds; round += 1) {
      if (round >= least && this.#isOver()) break;
      this.add(of);
    }
  }

  #character(ranges: readonly (readonly [number, number])[]): string {
    const [first, last] = this.#random.pick(ranges);
    const edge = this.#random.integer(0, 9);
    if (edge === 0) return String.fromCodePoint(first);
    return String.fromCodePoint(edge === 1 ? last : this.#random.integer(first, last));
  }

  #shortest(options: readonly GbnfNode[]): GbnfNode {
    const [first] = options.toSorted(
      (one, other) => costOf(one, this.#costs) - costOf(other, this.#costs),
    );
    if (first === undefined) throw new Error('a choice without options');
    return first;
  }

  #isOver(): boolean {
    return this.text.length >= charactersMax;
  }
}

function ruleOf(rules: ReadonlyMap<string, GbnfNode>, name: string): GbnfNode {
  const rule = rules.get(name);
  if (rule === undefined) throw new Error(`no rule is called ${name}`);
  return rule;
}

/** The length of the shortest text of every rule, found by letting lengths shrink until none does. */
function shortestTexts(rules: ReadonlyMap<string, GbnfNode>): Costs {
  const costs = new Map<string, number>();
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const [name, node] of rules) {
      const cost = costOf(node, costs);
      if (cost < (costs.get(name) ?? Infinity)) {
        costs.set(name, cost);
        hasChanged = true;
      }
    }
  }
  return costs;
}

function costOf(node: GbnfNode, costs: Costs): number {
  switch (node.kind) {
    case 'text':
      return node.text.length;
    case 'class':
      return 1;
    case 'rule':
      return costs.get(node.name) ?? Infinity;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + costOf(part, costs), 0);
    case 'choice':
      return Math.min(...node.options.map((option) => costOf(option, costs)));
    case 'repeat':
      return node.least === 0 ? 0 : node.least * costOf(node.of, costs);
  }
}
