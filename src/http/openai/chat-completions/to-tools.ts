import type {
  GenerationRequest,
  JsonSchema,
  ToolChoice,
  ToolDefinition,
} from '../../../engines/index.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ChatCompletionBody } from './request-schema.ts';
import type { FunctionTool } from './tool-schema.ts';

type ToolFields = Pick<GenerationRequest, 'tools' | 'toolChoice' | 'allowsParallelToolCalls'>;

/** Tools stay in the request when they may not be called: the prompt, and so its cache, stays the same. */
export function toTools(body: ChatCompletionBody): ToolFields {
  const tools = (body.tools ?? []).flatMap((tool) =>
    tool.type === 'function' ? [toDefinition(tool)] : [],
  );
  checkNamesAreUnique(tools);
  const toolChoice = toToolChoice(body.tool_choice, tools);
  if (tools.length === 0) return {};
  return {
    tools,
    toolChoice,
    ...(body.parallel_tool_calls === false ? { allowsParallelToolCalls: false } : {}),
  };
}

function toDefinition({ function: declared }: FunctionTool): ToolDefinition {
  const { name, description, parameters, required } = declared;
  return {
    name,
    ...(typeof description === 'string' ? { description } : {}),
    parameters: toParameters(parameters ?? {}, required ?? []),
    isStrict: declared.strict === true,
  };
}

// The page has a second list of required names beside the schema; both count.
function toParameters(
  parameters: Readonly<Record<string, unknown>>,
  alsoRequired: readonly string[],
): JsonSchema {
  if (Object.keys(parameters).length === 0 && alsoRequired.length === 0) {
    return { type: 'object', properties: {}, additionalProperties: false };
  }
  // Serialisers of some languages write empty lists and maps as null.
  const { required, properties, ...others } = parameters;
  const ownRequired: readonly unknown[] = Array.isArray(required) ? required : [];
  const names = [...new Set([...ownRequired, ...alsoRequired])];
  return {
    type: 'object',
    ...others,
    ...(properties === undefined || properties === null ? {} : { properties }),
    ...(names.length === 0 ? {} : { required: names }),
  };
}

function checkNamesAreUnique(tools: readonly ToolDefinition[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of tools.entries()) {
    if (seen.has(name)) {
      const param = `tools[${index}].function.name`;
      throw invalidRequest(
        param,
        `Invalid value for '${param}': there is a tool '${name}' already.`,
      );
    }
    seen.add(name);
  }
}

function toToolChoice(
  choice: ChatCompletionBody['tool_choice'],
  tools: readonly ToolDefinition[],
): ToolChoice {
  if (choice === undefined || choice === null) return { type: 'auto' };
  if (choice === 'none' || choice === 'auto') return { type: choice };
  if (tools.length === 0) {
    const message = "Invalid value for 'tool_choice': it demands a call, but there are no tools.";
    throw invalidRequest('tool_choice', message);
  }
  if (choice === 'required') return { type: choice };
  const { name } = choice.function;
  if (tools.some((tool) => tool.name === name)) return { type: 'named', name };
  const param = 'tool_choice.function.name';
  throw invalidRequest(
    param,
    `Invalid value for '${param}': it is not the name of a tool in tools.`,
  );
}
