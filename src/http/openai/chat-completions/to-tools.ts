import type { JsonSchema, ToolChoice, ToolDefinition } from '../../../engines/index.ts';
import { invalidRequest, unsupportedParameter } from './invalid-request.ts';
import type { ChatCompletionBody } from './request-schema.ts';

type ToolBody = NonNullable<ChatCompletionBody['tools']>[number];

const noArguments: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

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
    const because = 'this server runs no builtin function; offer one of your own';
    throw unsupportedParameter(`tools[${index}].type`, because);
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
  given: Readonly<Record<string, unknown>> | null | undefined,
  alsoRequired: readonly string[] | null | undefined,
): JsonSchema {
  // Serialisers of some languages write empty lists and maps as null.
  const { required, properties, ...others } = given ?? {};
  const own: readonly unknown[] = Array.isArray(required) ? required : [];
  const names = [...new Set([...own, ...(alsoRequired ?? [])])];
  if (Object.keys(given ?? {}).length === 0 && names.length === 0) return noArguments;
  return {
    ...others,
    type: 'object',
    ...(properties == null ? {} : { properties }),
    ...(names.length === 0 ? {} : { required: names }),
  };
}

function refuseRepeatedNames(tools: readonly ToolDefinition[]): void {
  const seen = new Set<string>();
  for (const [index, { name }] of tools.entries()) {
    if (seen.has(name)) {
      throw invalidRequest(
        `tools[${index}].function.name`,
        `Two tools are called ${JSON.stringify(name)}.`,
      );
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
    throw invalidRequest('tool_choice', 'A tool call is demanded, but there are no tools.');
  }
  if (typeof choice === 'string') return { type: choice };
  const { name } = choice.function;
  if (!tools.some((tool) => tool.name === name)) {
    throw invalidRequest('tool_choice.function.name', `No tool is called ${JSON.stringify(name)}.`);
  }
  return { type: 'named', name };
}
