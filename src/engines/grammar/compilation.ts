import type { Expression } from './gbnf-expression.ts';
import type { GrammarRules } from './grammar-rules.ts';
import type { JsonValueRules } from './json-value-rules.ts';
import type { Schema, SchemaObject } from './schema.ts';
import type { SchemaLimits } from './schema-limits.ts';

/** What a schema became, and how often nested repetitions multiply in it. */
export interface SchemaGrammar {
  readonly expression: Expression;
  /** Product of the nested lower bounds: how much has to be generated at least. */
  readonly repetitionsLeast: number;
  /** Product of the nested maxItems. */
  readonly repetitionsMost: number;
}

/** What the compilers of the keyword families share while one schema is compiled. */
export interface Compilation {
  readonly root: Schema;
  readonly rules: GrammarRules;
  readonly json: JsonValueRules;
  readonly limits: SchemaLimits;
  compile(schema: Schema, hint: string): SchemaGrammar;
  /** The target of a `$ref`; undefined when there is none in this document. */
  resolve(reference: string): Schema | undefined;
  /** Gives a schema that was made of others the place that errors in it are reported for. */
  adopt(made: SchemaObject, origin: SchemaObject): SchemaObject;
  /** Whether two schemas may still be compared; after enough comparisons the answer is always no. */
  canCompare(): boolean;
  /** Refuses under strict; otherwise notes that the keyword is not honoured and returns. */
  unsupported(schema: SchemaObject, keyword: string, message: string): void;
  /** For what has no valid output, or costs too much, whether strict or not. */
  refuse(schema: SchemaObject, keyword: string, message: string): never;
}

/** A grammar without repetitions. */
export function single(expression: Expression): SchemaGrammar {
  return { expression, repetitionsLeast: 1, repetitionsMost: 1 };
}
