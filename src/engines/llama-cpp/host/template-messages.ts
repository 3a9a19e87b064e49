import type { AssistantMessage, Message, ToolCall } from '../../generation-request.ts';

/** What a chat template was seen to do; found by trying, since templates do not say. */
export interface TemplateAbilities {
  readonly rendersSystem: boolean;
  readonly rendersNames: boolean;
  readonly rendersToolCalls: boolean;
  readonly rendersToolResults: boolean;
  /** Arguments of history calls as an object (the usual form) or as the JSON text. */
  readonly argumentsForm: 'object' | 'text';
  /** Content as a string (the usual form) or as a list of parts. */
  readonly contentForm: 'text' | 'parts';
  /** Where it looks for the reasoning of earlier turns; undefined when it drops that. */
  readonly reasoningKey: 'reasoning_content' | 'reasoning' | 'thinking' | undefined;
}

export const usualAbilities: TemplateAbilities = {
  rendersSystem: true,
  rendersNames: true,
  rendersToolCalls: true,
  rendersToolResults: true,
  argumentsForm: 'object',
  contentForm: 'text',
  reasoningKey: 'reasoning_content',
};

export type TemplateMessage = Readonly<Record<string, unknown>>;

/** Messages in the form that templates know. What a template would drop is put into the text instead. */
export function toTemplateMessages(
  messages: readonly Message[],
  abilities: TemplateAbilities,
): readonly TemplateMessage[] {
  const callNames = new Map(
    messages
      .flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
      .map((call) => [call.id, call.name]),
  );
  const rendered = foldSystem(messages, abilities).map((message) => {
    if (message.role === 'assistant') return assistantMessage(message, abilities);
    if (message.role === 'tool') {
      const name = message.name ?? callNames.get(message.toolCallId);
      return toolMessage(message.content, message.toolCallId, name, abilities);
    }
    const text = withName(message.content, message.name, abilities);
    return { role: message.role, content: text, ...nameOf(message.name) };
  });
  return abilities.contentForm === 'text' ? rendered : rendered.map(withParts);
}

function assistantMessage(message: AssistantMessage, abilities: TemplateAbilities) {
  const { content, name, reasoning, toolCalls } = message;
  const { reasoningKey } = abilities;
  const calls = abilities.rendersToolCalls ? [] : toolCalls.map(callAsText);
  const text = [content, ...calls].filter((part) => part !== '').join('\n');
  return {
    role: 'assistant',
    content: withName(text, name, abilities),
    ...nameOf(name),
    ...(reasoning === undefined || reasoningKey === undefined ? {} : { [reasoningKey]: reasoning }),
    ...(abilities.rendersToolCalls && toolCalls.length > 0
      ? { tool_calls: toolCalls.map((call) => callForTemplate(call, abilities)) }
      : {}),
  };
}

function toolMessage(
  content: string,
  toolCallId: string,
  name: string | undefined,
  abilities: TemplateAbilities,
) {
  if (abilities.rendersToolResults) {
    return { role: 'tool', content, tool_call_id: toolCallId, ...nameOf(name) };
  }
  return { role: 'user', content: `<tool_response>\n${content}\n</tool_response>` };
}

function callForTemplate(call: ToolCall, abilities: TemplateAbilities) {
  const isObject = abilities.argumentsForm === 'object';
  return {
    id: call.id,
    type: 'function',
    function: {
      name: call.name,
      arguments: isObject ? parsedArguments(call.arguments) : call.arguments,
    },
  };
}

/** The form that the ChatML family was trained on; other small models have seen it too. */
function callAsText(call: ToolCall): string {
  const body = { name: call.name, arguments: parsedArguments(call.arguments) };
  return `<tool_call>\n${JSON.stringify(body)}\n</tool_call>`;
}

/** A model may have written broken JSON; the history keeps it as the text that it is. */
function parsedArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withName(content: string, name: string | undefined, abilities: TemplateAbilities): string {
  return name === undefined || abilities.rendersNames ? content : `${name}: ${content}`;
}

function nameOf(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

/** Templates that refuse the system role get its text at the head of the next user message. */
function foldSystem(
  messages: readonly Message[],
  abilities: TemplateAbilities,
): readonly Message[] {
  if (abilities.rendersSystem) return messages;
  const folded: Message[] = [];
  let instructions: string[] = [];
  for (const message of messages) {
    if (message.role === 'system') {
      instructions.push(message.content);
    } else if (message.role === 'user' && instructions.length > 0) {
      folded.push({ ...message, content: [...instructions, message.content].join('\n\n') });
      instructions = [];
    } else {
      folded.push(message);
    }
  }
  if (instructions.length > 0) folded.push({ role: 'user', content: instructions.join('\n\n') });
  return folded;
}

function withParts(message: TemplateMessage): TemplateMessage {
  return { ...message, content: [{ type: 'text', text: message.content }] };
}
