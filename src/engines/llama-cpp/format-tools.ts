import type {
  ToolDefinition as FormatTool,
  ToolChoice as FormatToolChoice,
} from '../chat-formats/index.ts';
import type { ToolChoice, ToolDefinition } from '../generation-request.ts';

/** Tools in the form of the chat formats, which know no schema but an object. */
export function toFormatTools(tools: readonly ToolDefinition[]): readonly FormatTool[] {
  return tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    ...(typeof parameters === 'boolean' ? {} : { parameters }),
  }));
}

export function toFormatChoice(choice: ToolChoice | undefined): FormatToolChoice {
  if (choice === undefined) return 'auto';
  return choice.type === 'named' ? { name: choice.name } : choice.type;
}
