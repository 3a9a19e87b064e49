import { invariant } from '../../core/index.ts';
import { checkGrammar } from './check-grammar.ts';
import { choice, type Expression, repetition, sequence } from './gbnf-expression.ts';
import { createGrammarSize } from './grammar-size.ts';
import { printGbnf } from './print-gbnf.ts';
import { pruneEndless } from './prune-endless.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { SchemaRefusal } from './schema-refusal.ts';

export type RuleReference = Extract<Expression, { kind: 'rule' }>;

/** The rules of one grammar. Equal rules are defined once, so a schema that repeats itself stays small. */
export interface GrammarRules {
  define(hint: string, expression: Expression): RuleReference;
  /** A name to refer to before its rule is known, for recursion; `fill` must follow. */
  reserve(hint: string): RuleReference;
  fill(rule: RuleReference, expression: Expression): void;
  /** Says that the options of a rule may go on together; see `areTangled`. */
  markTangled(rule: RuleReference): void;
  /** The whole grammar. Refuses one that the engine could not load or would be slow to load. */
  print(root: Expression): { readonly gbnf: string; readonly rootRule: string };
}

/** Beyond this a bounded repetition gets a rule of its own, so that equal ones are unrolled once. */
const inlineRepetitionsMax = 3;
const inlineRangesMax = 8;
const hintCharactersMax = 24;

export function createGrammarRules(limits: SchemaLimits, prefix: string): GrammarRules {
  const rules = new Map<string, Expression>();
  const namesByText = new Map<string, string>();
  let names = 0;
  const size = createGrammarSize(limits);

  const nextName = (hint: string) => {
    const readable = hint.replace(/[^a-zA-Z0-9]+/g, '-').slice(0, hintCharactersMax);
    names += 1;
    return `${prefix}${readable.replace(/^-|-$/g, '') || 'rule'}-${names}`;
  };

  const put = (name: string, expression: Expression, printed: string) => {
    size.add(name, expression, printed);
    rules.set(name, expression);
  };

  /** Repeats only rules and single characters: the engine counts what a repeated group contains. */
  const settle = (hint: string, expression: Expression): Expression => {
    switch (expression.kind) {
      case 'sequence':
        return sequence(...expression.parts.map((part) => settle(hint, part)));
      case 'choice':
        return choice(expression.options.map((option) => settle(hint, option)));
      case 'repetition': {
        const { least, most } = expression;
        const item = isSingle(expression.of)
          ? expression.of
          : define(`${hint}-item`, expression.of);
        const settled = repetition(item, least, most);
        return isLong(least, most) ? intern(`${hint}-${least}`, settled) : settled;
      }
      default:
        return expression;
    }
  };

  const intern = (hint: string, settled: Expression): RuleReference => {
    const printed = printGbnf(settled);
    const known = namesByText.get(printed);
    if (known !== undefined) return { kind: 'rule', name: known };
    const name = nextName(hint);
    namesByText.set(printed, name);
    put(name, settled, printed);
    return { kind: 'rule', name };
  };

  function define(hint: string, expression: Expression): RuleReference {
    const settled = settle(hint, expression);
    return settled.kind === 'rule' ? settled : intern(hint, settled);
  }

  const reserved = new Set<string>();
  const tangles = new Set<string>();
  return {
    define,
    reserve(hint) {
      const name = nextName(hint);
      reserved.add(name);
      return { kind: 'rule', name };
    },
    fill(rule, expression) {
      invariant(reserved.has(rule.name) && !rules.has(rule.name), 'a reserved rule is filled once');
      const settled = settle(rule.name.slice(prefix.length), expression);
      put(rule.name, settled, printGbnf(settled));
    },
    markTangled: ({ name }) => tangles.add(name),
    print(root) {
      const rootRule = `${prefix}root`;
      put(rootRule, root, printGbnf(root));
      const kept = pruneEndless(rules);
      if (!kept.has(rootRule)) {
        const message =
          'Every value of this schema contains another one without end: make a property optional or nullable.';
        throw new SchemaRefusal('$ref', '', message);
      }
      checkGrammar(kept, tangles, limits);
      const lines = [...kept].map(([name, rule]) => `${name} ::= ${printGbnf(rule)}\n`);
      return { gbnf: lines.reverse().join(''), rootRule };
    },
  };
}

function isSingle(expression: Expression): boolean {
  if (expression.kind === 'text') return [...expression.text].length === 1;
  // Unrolling copies what is repeated, so a class with hundreds of ranges is better copied by name.
  if (expression.kind === 'characters') return expression.ranges.length <= inlineRangesMax;
  return expression.kind === 'rule';
}

function isLong(least: number, most: number): boolean {
  return Math.max(least, Number.isFinite(most) ? most : 0) > inlineRepetitionsMax;
}
