import type { ChatFormat, ToolChoice, ToolDefinition } from './chat-format.ts';
import { createHermesFormat, toolCallEndTag, toolCallTag } from './hermes-json.ts';

/**
 * For templates that know no tools, or that write calls in a way of their own: the tools are declared in
 * the system text, and calls come in the form that most small models have seen.
 */
export function createGenericFormat(template: string): ChatFormat {
  const hermes = createHermesFormat(template);
  return { ...hermes, name: 'generic', knowsTools: false, toolPrompt };
}

function toolPrompt(tools: readonly ToolDefinition[], choice: ToolChoice): string | undefined {
  if (choice === 'none' || tools.length === 0) return undefined;
  const lines = tools.map(({ name: called, description, parameters }) =>
    JSON.stringify({ name: called, description, parameters: parameters ?? {} }),
  );
  const example = '{"name": "function_name", "arguments": {"argument_name": "value"}}';
  return [
    'You can call these functions:',
    ...lines,
    `To call one, write its name and its arguments as JSON between these tags, and nothing after them:\n${toolCallTag}\n${example}\n${toolCallEndTag}`,
    choiceSentence(choice),
  ].join('\n');
}

function choiceSentence(choice: ToolChoice): string {
  if (choice === 'required') return 'Answer with a function call.';
  if (typeof choice === 'object') return `Answer with a call of ${choice.name}.`;
  return 'Call a function only when you need it. Otherwise answer in plain text. The results come between <tool_response> and </tool_response>.';
}
