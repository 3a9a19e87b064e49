import { type Compilation, type SchemaGrammar, single } from './compilation.ts';
import { createGrammarRules, type GrammarRules, type RuleReference } from './grammar-rules.ts';
import { createJsonValueRules } from './json-value-rules.ts';
import { isConstraint } from './merge-schemas.ts';
import { nodeGrammar } from './node-grammar.ts';
import { joinPath, outlineSchema, type SchemaOutline, type Unsupported } from './outline-schema.ts';
import { resolveReference } from './resolve-reference.ts';
import type { Schema, SchemaObject } from './schema.ts';
import { defaultSchemaLimits, type SchemaLimits } from './schema-limits.ts';
import { SchemaRefusal } from './schema-refusal.ts';

export interface SchemaOptions {
  /** Refuse what cannot be guaranteed, instead of relaxing it. */
  readonly isStrict: boolean;
  readonly limits?: Partial<SchemaLimits>;
  /** Begins the name of every rule, so that grammars can stand in one text; letters, digits and hyphens. */
  readonly rulePrefix?: string;
}

export type GrammarResult = CompiledGrammar | RefusedSchema;

export interface CompiledGrammar {
  readonly kind: 'compiled';
  /** GBNF, one rule a line, ASCII only. */
  readonly gbnf: string;
  readonly rootRule: string;
  /** Paths of the keywords that the grammar does not guarantee, e.g. `properties.tags.uniqueItems`. */
  readonly relaxed: readonly string[];
}

export interface RefusedSchema {
  readonly kind: 'refused';
  /** `schema` when no keyword is at fault but the whole. */
  readonly keyword: string;
  /** Of the keyword, from the root of the schema; empty for the whole. */
  readonly path: string;
  /** For the caller of the API; says what to change. */
  readonly message: string;
}

/**
 * Translates a JSON Schema into a grammar whose every text is JSON that the schema accepts, but for the
 * relaxed keywords. Where the schema leaves a choice the grammar takes the narrow one: keys in the order
 * of `properties`, no undeclared keys unless asked for, at most one space after a colon or comma, numbers
 * of at most 15 digits with 10 decimals.
 */
export function compileJsonSchema(schema: unknown, options: SchemaOptions): GrammarResult {
  try {
    return compile(schema, options);
  } catch (error) {
    if (error instanceof SchemaRefusal) {
      const { keyword, path, message } = error;
      return { kind: 'refused', keyword, path, message };
    }
    // The stack has ended: the limits on depth should have been there first, but refusing is right anyway.
    if (error instanceof RangeError) return tooComplex;
    throw error;
  }
}

const tooComplex: RefusedSchema = {
  kind: 'refused',
  keyword: 'schema',
  path: '',
  message: 'The schema is too complex: nest fewer schemas.',
};

/** The grammar of `json_object`: any object, nothing else. */
export function compileAnyObject(): CompiledGrammar {
  const rules = createGrammarRules(defaultSchemaLimits, '');
  const printed = rules.print(createJsonValueRules(rules).object());
  return { kind: 'compiled', ...printed, relaxed: [] };
}

function compile(schema: unknown, options: SchemaOptions): CompiledGrammar {
  const limits = { ...defaultSchemaLimits, ...options.limits };
  const relaxed = new Set<string>();
  const unsupported: Unsupported = (keyword, path, message) => {
    if (options.isStrict) throw new SchemaRefusal(keyword, path, message);
    relaxed.add(path);
  };
  const outline = outlineSchema(schema, limits, unsupported);
  const rules = createGrammarRules(limits, options.rulePrefix ?? '');
  const compilation = createCompilation(outline, rules, limits, unsupported);
  const { expression } = compilation.compile(outline.root, 'root');
  return { kind: 'compiled', ...rules.print(expression), relaxed: [...relaxed] };
}

function createCompilation(
  outline: SchemaOutline,
  rules: GrammarRules,
  limits: SchemaLimits,
  unsupported: Unsupported,
): Compilation {
  const { root, paths } = outline;
  const known = new Map<SchemaObject, SchemaGrammar>();
  // With the name that stands for it, once somebody inside has referred to it.
  const inProgress = new Map<SchemaObject, { rule?: RuleReference }>();
  const json = createJsonValueRules(rules);
  let comparisons = 0;
  let depth = 0;
  const pathOf = (schema: SchemaObject, keyword: string) =>
    joinPath(paths.get(schema) ?? '', keyword);
  const resolve = (reference: string) => resolveReference(outline, reference);

  const compileObject = (schema: SchemaObject, hint: string): SchemaGrammar => {
    const started = inProgress.get(schema);
    if (started !== undefined) {
      started.rule ??= rules.reserve(hint);
      return single(started.rule);
    }
    const target = plainTarget(schema, resolve);
    // A reference is not a level, but a chain of them must end too.
    if (target === undefined) depth += 1;
    if (depth > limits.expandedDepthMax || inProgress.size > 4 * limits.expandedDepthMax) {
      const message = `With references followed the schema is more than ${limits.expandedDepthMax} levels deep.`;
      throw new SchemaRefusal('$ref', paths.get(schema) ?? '', message);
    }
    const progress: { rule?: RuleReference } = {};
    inProgress.set(schema, progress);
    const grammar =
      target === undefined ? nodeGrammar(compilation, schema) : compilation.compile(target, hint);
    inProgress.delete(schema);
    if (target === undefined) depth -= 1;
    if (progress.rule === undefined) return grammar;
    rules.fill(progress.rule, grammar.expression);
    return { ...grammar, expression: progress.rule };
  };

  const compilation: Compilation = {
    root,
    rules,
    limits,
    json,
    resolve,
    compile(schema, hint) {
      if (schema === true) return single(json.value());
      if (schema === false) {
        const message = 'A schema of false that has to be met allows no value.';
        throw new SchemaRefusal('schema', '', message);
      }
      const grammar = known.get(schema) ?? compileObject(schema, hint);
      if (!inProgress.has(schema)) known.set(schema, grammar);
      return grammar;
    },
    canCompare() {
      comparisons += 1;
      return comparisons <= limits.comparisonsMax;
    },
    adopt(made, origin) {
      paths.set(made, paths.get(origin) ?? '');
      return made;
    },
    unsupported(schema, keyword, message) {
      unsupported(keyword, pathOf(schema, keyword), message);
    },
    refuse(schema, keyword, message) {
      throw new SchemaRefusal(keyword, pathOf(schema, keyword), message);
    },
  };
  return compilation;
}

/** Where a reference with nothing beside it leads: it needs no merge, and may lead back to where it stands. */
function plainTarget(schema: SchemaObject, resolve: Compilation['resolve']): Schema | undefined {
  if (schema.$ref === undefined) return undefined;
  const isAlone = Object.keys(schema).every((each) => each === '$ref' || !isConstraint(each));
  return isAlone ? resolve(schema.$ref) : undefined;
}
