// Grammars for constrained generation, shared by the embedded engines: JSON Schema to GBNF, and the check
// of finished values. It never loads an engine, never turns a schema into code, and never touches a
// stranger's schema on the event loop other than through its worker.
export {
  type CompiledGrammar,
  compileAnyObject,
  compileJsonSchema,
  type GrammarResult,
  type RefusedSchema,
  type SchemaOptions,
} from './compile-json-schema.ts';
export {
  type CompileJob,
  createGrammarCompiler,
  type GrammarCompiler,
  type GrammarCompilerOptions,
  type ValidateJob,
} from './create-grammar-compiler.ts';
export { runGrammarWorker } from './run-grammar-worker.ts';
export { type Validation, validateAgainstSchema } from './validate-against-schema.ts';
