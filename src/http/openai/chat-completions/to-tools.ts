import { PlatformError } from '../../../core/index.ts';
import type { JsonSchema, ToolChoice, ToolDefinition } from '../../../engines/index.ts';
import type { ChatCompletionBody } from './request-schema.ts';

type ToolBody = NonNullable<ChatCompletionBody['tools']>[number];

export interface RequestedTools {
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
}

/** The tools and which of them may or must be called; undefined when there are none. */
export function toTools(body: ChatCompletionBody): RequestedTools | undefined {
  const tools = (body.tools ?? []).map(toTool);
  refuseRepeatedNames(tools);
  const toolChoice = toToolChoice(body.tool_choice, tools);
  return tools.length === 0 ? undefined : { tools, toolChoice };
}

function toTool(tool: ToolBody, index: number): ToolDefinition {
  if (tool.type === 'builtin_function') {
    const param = `tools[${index}].type`;
    const message = `Unsupported parameter: '${param}': this server runs no builtin function; offer one of your own.`;
    throw new PlatformError('request/unsupported-parameter', message, { param });
  }
  const { name, description, parameters, required, strict } = tool.function;
  return {
    name,
    parameters: toParameters(parameters, required),
    isStrict: (strict ?? tool.strict) === true,
    ...(typeof description === 'string' ? { description } : {}),
  };
}

/** Nothing given means no arguments; the page's `function.required` joins that of the schema. */
function toParameters(
  parameters: Readonly<Record<string, unknown>> | null | undefined,
  required: readonly string[] | null | undefined,
): JsonSchema {
  if (parameters == null || Object.keys(parameters).length === 0) {
    return { type: 'object', properties: {}, additionalProperties: false };
  }
  const own = Array.isArray(parameters.required) ? parameters.required : [];
  const all = [...new Set([...own, ...(required ?? [])])];
  return { ...parameters, type: 'object', ...(all.length === 0 ? {} : { required: all }) };
}

function refuseRepeatedNames(tools: readonly ToolDefinition[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of tools.entries()) {
    if (seen.has(name)) {
      throw new PlatformError('request/invalid', `Two tools are called ${JSON.stringify(name)}.`, {
        param: `tools[${index}].function.name`,
      });
    }
    seen.add(name);
  }
}

function toToolChoice(
  choice: ChatCompletionBody['tool_choice'],
  tools: readonly ToolDefinition[],
): ToolChoice {
  if (choice == null) return { type: tools.length === 0 ? 'none' : 'auto' };
  const isForced = typeof choice === 'object' || choice === 'required';
  if (isForced && tools.length === 0) {
    throw new PlatformError('request/invalid', 'A tool call is demanded, but there are no tools.', {
      param: 'tool_choice',
    });
  }
  if (typeof choice === 'string') return { type: choice };
  const { name } = choice.function;
  if (!tools.some((tool) => tool.name === name)) {
    throw new PlatformError('request/invalid', `No tool is called ${JSON.stringify(name)}.`, {
      param: 'tool_choice.function.name',
    });
  }
  return { type: 'named', name };
}
