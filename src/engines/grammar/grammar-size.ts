import { type Expression, isEmpty } from './gbnf-expression.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { refuseSchema } from './schema-refusal.ts';

/** Counts what a grammar costs the engine to load, and refuses the rule that makes it too much. */
export interface GrammarSize {
  add(name: string, expression: Expression, printed: string): void;
}

export function createGrammarSize(limits: SchemaLimits): GrammarSize {
  let unrolledRules = 0;
  let bytes = 0;
  return {
    add(name, expression, printed) {
      unrolledRules += 1 + countUnrolled(expression);
      // Every character of a grammar is ASCII, so characters are bytes.
      bytes += name.length + printed.length + ' ::= \n'.length;
      if (unrolledRules <= limits.grammarRulesMax && bytes <= limits.grammarBytesMax) return;
      refuseSchema(
        'The schema is too large to generate from: use fewer properties, values or different lengths.',
      );
    },
  };
}

/** Groups and repetitions become rules in the engine: one each, and one for every optional round. */
function countUnrolled(expression: Expression): number {
  switch (expression.kind) {
    case 'sequence':
      return expression.parts.reduce(
        (sum, part) => sum + countUnrolled(part),
        isEmpty(expression) ? 0 : 1,
      );
    case 'choice':
      return expression.options.reduce((sum, option) => sum + countUnrolled(option), 1);
    case 'repetition':
      return Number.isFinite(expression.most) ? expression.most : expression.least + 1;
    default:
      return 0;
  }
}
