import { PlatformError } from '../../../core/index.ts';
import type { AssistantMessage, Message, ToolCall } from '../../../engines/index.ts';
import type { AssistantMessageBody, MessageBody, ToolMessageBody } from './message-schema.ts';

type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }
  | { readonly type: 'image_url' };

/** The conversation in domain form; throws where a tool result answers no earlier call. */
export function toMessages(bodies: readonly MessageBody[]): Message[] {
  const callIds = new Set<string>();
  return bodies.map((body, index) => {
    switch (body.role) {
      case 'user':
        return { role: 'user', content: toText(body.content), ...named(body.name) };
      case 'system':
      case 'developer':
        return { role: 'system', content: toText(body.content), ...named(body.name) };
      case 'assistant':
        return toAssistantMessage(body, index, callIds);
      case 'tool':
        return toToolMessage(body, index, callIds);
      default:
        return body satisfies never;
    }
  });
}

function toAssistantMessage(
  body: AssistantMessageBody,
  index: number,
  callIds: Set<string>,
): AssistantMessage {
  const content = body.content ?? '';
  if (typeof content !== 'string') checkRefusalPart(content, index);
  const toolCalls = (body.tool_calls ?? []).map((call): ToolCall => {
    callIds.add(call.id);
    return { id: call.id, name: call.function.name, arguments: call.function.arguments };
  });
  const { reasoning_content: reasoning } = body;
  return {
    role: 'assistant',
    content: toText(content),
    toolCalls,
    ...named(body.name),
    ...(typeof reasoning === 'string' ? { reasoning } : {}),
  };
}

function toToolMessage(
  body: ToolMessageBody,
  index: number,
  callIds: ReadonlySet<string>,
): Message {
  const toolCallId = body.tool_call_id;
  if (!callIds.has(toolCallId)) {
    throw new PlatformError(
      'request/invalid',
      `tool_call_id ${JSON.stringify(toolCallId)} is not found: no earlier assistant message makes this call.`,
      { param: `messages[${index}].tool_call_id` },
    );
  }
  return { role: 'tool', content: toText(body.content), toolCallId, ...named(body.name) };
}

function checkRefusalPart(parts: readonly ContentPart[], index: number): void {
  if (parts.length === 1 || !parts.some(({ type }) => type === 'refusal')) return;
  throw new PlatformError(
    'request/invalid',
    'A refusal part must be the only part of its message.',
    { param: `messages[${index}].content` },
  );
}

// Parts are lines of one text, as llama-server and vLLM render them.
function toText(content: string | readonly ContentPart[]): string {
  if (typeof content === 'string') return content;
  return content.map(partText).join('\n');
}

function partText(part: ContentPart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'refusal':
      return part.refusal;
    case 'image_url':
      return '';
    default:
      return part satisfies never;
  }
}

function named(name: string | null | undefined): { readonly name?: string } {
  return typeof name === 'string' && name !== '' ? { name } : {};
}
