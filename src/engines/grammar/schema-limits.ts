/** Bounds of what a stranger's schema may cost the compiler, the sampler and the validator. */
export interface SchemaLimits {
  /** Of the schema as compact JSON text. */
  readonly schemaBytesMax: number;
  /** Of any JSON value in the schema, constants and annotations included. */
  readonly valueDepthMax: number;
  /** Schemas inside schemas, as written. */
  readonly depthMax: number;
  /** The same with references followed; a reference back to a schema in progress costs nothing. */
  readonly expandedDepthMax: number;
  readonly propertiesMax: number;
  readonly enumValuesMax: number;
  /** Of minItems, maxItems, minLength, maxLength, and of a quantifier in a pattern. */
  readonly repetitionsMax: number;
  /** Of nested maxItems, of nested lower bounds, and of nested quantifiers in a pattern. */
  readonly repetitionProductMax: number;
  readonly patternCharactersMax: number;
  readonly patternGroupsMax: number;
  /** Rules after the engine has unrolled every bounded repetition. */
  readonly grammarRulesMax: number;
  readonly grammarBytesMax: number;
  /** Work of the engine's check for left recursion, which follows every path to every first symbol. */
  readonly leftPathsMax: number;
  /** Readings of one text that the engine may have to follow at once through ambiguous branches. */
  readonly readingsMax: number;
  /** Pairs of schemas that are compared branch by branch. */
  readonly comparisonsMax: number;
}

/** The engine refuses more repetitions than 2,000 in a rule, hence the two limits of that value. */
export const defaultSchemaLimits: SchemaLimits = {
  schemaBytesMax: 64 * 1024,
  valueDepthMax: 64,
  depthMax: 16,
  expandedDepthMax: 30,
  propertiesMax: 500,
  enumValuesMax: 1000,
  repetitionsMax: 2000,
  repetitionProductMax: 2000,
  patternCharactersMax: 256,
  patternGroupsMax: 8,
  grammarRulesMax: 20_000,
  grammarBytesMax: 1024 * 1024,
  leftPathsMax: 2_000_000,
  readingsMax: 256,
  comparisonsMax: 10_000,
};
