import type { Message } from '../../generation-request.ts';
import { type TemplateAbilities, toTemplateMessages, usualAbilities } from './template-messages.ts';

/** Renders messages with the template under test; throws when it refuses them. */
export type RenderMessages = (messages: readonly object[]) => string;

const user: Message = { role: 'user', content: 'probe-question' };
const withTools: readonly Message[] = [
  user,
  {
    role: 'assistant',
    content: '',
    toolCalls: [{ id: 'call_probe', name: 'probe_tool', arguments: '{"probe_key":"probe-value"}' }],
  },
  { role: 'tool', content: 'probe-result', toolCallId: 'call_probe', name: 'probe_tool' },
  { role: 'assistant', content: 'probe-answer', toolCalls: [] },
];

/** Finds out what a template renders by rendering small conversations and looking for their words. */
export function probeTemplate(render: RenderMessages): TemplateAbilities {
  const shows = (
    abilities: TemplateAbilities,
    messages: readonly Message[],
    ...words: string[]
  ) => {
    try {
      const text = render(toTemplateMessages(messages, abilities));
      return words.every((word) => text.includes(word));
    } catch {
      return false;
    }
  };
  const contentForm = shows(usualAbilities, [user], 'probe-question') ? 'text' : 'parts';
  const usual: TemplateAbilities = { ...usualAbilities, contentForm };
  const system: Message = { role: 'system', content: 'probe-system' };
  const named: Message = { ...user, name: 'probe-name' };
  const callWords = ['probe_tool', 'probe_key', 'probe-value'];
  const asText: TemplateAbilities = { ...usual, argumentsForm: 'text' };
  // An object that is joined to a string comes out in Python's notation, with single quotes.
  const isObject = shows(usual, withTools, ...callWords) && !shows(usual, withTools, "'probe_key'");
  const isText = !isObject && shows(asText, withTools, ...callWords);
  const toolTurn: readonly Message[] = withTools.filter((message) => message.role !== 'assistant');
  return {
    rendersSystem: shows(usual, [system, user], 'probe-system', 'probe-question'),
    rendersNames: shows(usual, [named], 'probe-name', 'probe-question'),
    rendersToolCalls: isObject || isText,
    rendersToolResults:
      shows(isText ? asText : usual, withTools, 'probe-result') ||
      shows({ ...usual, rendersToolCalls: false }, withTools, 'probe-result') ||
      shows(usual, toolTurn, 'probe-result'),
    argumentsForm: isText ? 'text' : 'object',
    contentForm,
    reasoningKey: usual.reasoningKey,
  };
}
