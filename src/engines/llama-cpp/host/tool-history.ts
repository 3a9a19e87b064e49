import type { ChatFormat } from '../../chat-formats/index.ts';
import type { GenerationRequest, Message } from '../../generation-request.ts';
import { toFormatChoice, toFormatTools } from '../format-tools.ts';

type ToolRequest = Pick<GenerationRequest, 'tools' | 'toolChoice'>;

/** Tells the model of its tools in the system text, where its template cannot. */
export function withToolPrompt(
  messages: readonly Message[],
  { tools = [], toolChoice }: ToolRequest,
  format: ChatFormat,
): readonly Message[] {
  if (tools.length === 0 || toolChoice?.type === 'none') return messages;
  const prompt = format.toolPrompt(toFormatTools(tools), toFormatChoice(toolChoice));
  if (prompt === undefined) return messages;
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: prompt }, ...messages];
  const content = [first.content, prompt].filter((part) => part !== '').join('\n\n');
  return [{ ...first, content }, ...rest];
}

/**
 * Gives the calls of the history the ids that the model knows, counted over the whole conversation,
 * whatever ids the client sent.
 */
export function numberCalls(
  messages: readonly Message[],
  callId: (name: string, index: number) => string,
): readonly Message[] {
  const ids = new Map<string, string>();
  let count = 0;
  return messages.map((message) => {
    if (message.role === 'tool') {
      const toolCallId = ids.get(message.toolCallId) ?? message.toolCallId;
      return { ...message, toolCallId };
    }
    if (message.role !== 'assistant') return message;
    const toolCalls = message.toolCalls.map((call) => {
      const id = callId(call.name, count);
      count += 1;
      ids.set(call.id, id);
      return { ...call, id };
    });
    return { ...message, toolCalls };
  });
}
