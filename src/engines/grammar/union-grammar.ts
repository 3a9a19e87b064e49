import type { Compilation, SchemaGrammar } from './compilation.ts';
import { areExclusive } from './exclusive-schemas.ts';
import { choice, type Expression } from './gbnf-expression.ts';
import { isConstraining, mergeSchemas } from './merge-schemas.ts';
import { isSchemaObject, type Schema, type SchemaObject } from './schema.ts';
import { areTangled, isNesting } from './tangled-schemas.ts';

/** Pairs of branches are compared, so the number of branches counts twice. */
const comparedBranchesMax = 100;

/** One of several schemas. What stands beside the list holds for each of them. */
export function unionGrammar(
  compilation: Compilation,
  schema: SchemaObject,
  keyword: 'anyOf' | 'oneOf',
): SchemaGrammar {
  const { [keyword]: list = [], ...base } = schema;
  const isPlain = !isConstraining(base);
  const shared = compilation.adopt(base, schema);
  const branches = list
    .map((branch) => (isPlain ? branch : mergeSchemas(compilation, schema, [shared, branch])))
    .filter((branch) => branch !== false);
  if (branches.length === 0) {
    compilation.refuse(schema, keyword, `No branch of ${keyword} allows any value.`);
  }
  if (keyword === 'oneOf') checkExclusive(compilation, schema, branches);
  const grammars = branches.map((branch) => compilation.compile(branch, keyword));
  const united = unite(compilation, keyword, grammars);
  if (united.expression.kind === 'rule' && hasTangle(compilation, branches)) {
    compilation.rules.markTangled(united.expression);
  }
  return united;
}

function hasTangle(compilation: Compilation, branches: readonly Schema[]): boolean {
  const nesting = branches.filter((branch) => isNesting(compilation, branch));
  if (nesting.length > comparedBranchesMax) return true;
  return nesting.some((one, index) =>
    nesting.slice(index + 1).some((other) => areTangled(compilation, one, other)),
  );
}

/** One of several grammars, each once: equal options would only multiply the engine's work. */
export function unite(
  compilation: Compilation,
  hint: string,
  grammars: readonly SchemaGrammar[],
): SchemaGrammar {
  const options = new Map<string, Expression>();
  for (const { expression } of grammars) {
    options.set(
      expression.kind === 'rule' ? expression.name : JSON.stringify(expression),
      expression,
    );
  }
  return {
    expression: compilation.rules.define(hint, choice([...options.values()])),
    repetitionsLeast: Math.min(...grammars.map((grammar) => grammar.repetitionsLeast)),
    repetitionsMost: Math.max(...grammars.map((grammar) => grammar.repetitionsMost)),
  };
}

function checkExclusive(
  compilation: Compilation,
  schema: SchemaObject,
  branches: readonly Schema[],
): void {
  const compared = withLiteralsTogether(branches);
  const isExclusive =
    compared.length <= comparedBranchesMax &&
    compared.every((one, index) =>
      compared.slice(index + 1).every((other) => areExclusive(compilation, one, other)),
    );
  if (isExclusive) return;
  const message =
    'Several branches of oneOf may allow the same value: use anyOf, or a required property with a different const in each branch.';
  compilation.unsupported(schema, 'oneOf', message);
}

/** Hundreds of constants that all differ count as one branch; they are as they are if any two are equal. */
function withLiteralsTogether(branches: readonly Schema[]): readonly Schema[] {
  const isLiteral = (branch: Schema) =>
    isSchemaObject(branch) && (branch.const !== undefined || branch.enum !== undefined);
  const literals = branches.filter(isLiteral) as SchemaObject[];
  const values = literals.flatMap((branch) => branch.enum ?? [branch.const]);
  const texts = new Set(values.map((value) => JSON.stringify(value)));
  if (literals.length === 0 || texts.size < values.length) return branches;
  return [...branches.filter((branch) => !isLiteral(branch)), { enum: values }];
}
