import type { JsonSchema, KeyedSchema, ToolDefinition } from './chat-format.ts';

/** A tool and the key under which its rules and schemas go. */
export interface KeyedTool {
  readonly key: string;
  readonly tool: ToolDefinition;
}

export function keyTools(tools: readonly ToolDefinition[]): readonly KeyedTool[] {
  return tools.map((tool, index) => ({ key: `tool${index}`, tool }));
}

/** The schema of the whole arguments object of a tool. */
export function argumentsSchema({ key, tool }: KeyedTool): KeyedSchema {
  return { key: `${key}-arguments-`, schema: objectSchema(tool.parameters ?? {}) };
}

export function argumentsSchemas(tools: readonly ToolDefinition[]): readonly KeyedSchema[] {
  return keyTools(tools).map(argumentsSchema);
}

/** Arguments are an object, also where the schema forgets to say so. */
function objectSchema(parameters: JsonSchema): JsonSchema {
  if (Object.keys(parameters).length === 0) {
    return { type: 'object', properties: {}, additionalProperties: false };
  }
  return 'type' in parameters ? parameters : { ...parameters, type: 'object' };
}
