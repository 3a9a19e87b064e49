import { compileJsonSchema, type GrammarResult } from '../grammar/index.ts';

export interface SchemaCompiler {
  compile(job: {
    readonly schema: unknown;
    readonly isStrict: boolean;
    readonly rulePrefix: string;
  }): Promise<GrammarResult>;
  close(): Promise<void>;
}

export function createSchemaCompiler(_workerUrl: URL): SchemaCompiler {
  return {
    compile: async ({ schema, ...options }) => compileJsonSchema(schema, options),
    close: () => Promise.resolve(),
  };
}
