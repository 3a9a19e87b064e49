import type { GenerationRequest, Message } from '../generation-request.ts';

/** UTF-16 units of text that make one token. */
const unitsPerToken = 4;

/** What a message costs besides its text. */
const tokensPerMessage = 4;

/** A rendered prompt: one entry a message, its first character tells the role; the tools come first. */
export type ScriptedPrompt = readonly string[];

/** A message without its end: the answer goes on in it. It costs one token less. */
const openMark = 'o';

const roleMarks = { system: 's', user: 'u', assistant: 'a', tool: 't' } as const;

export function renderPrompt(request: GenerationRequest): ScriptedPrompt {
  const { messages, tools = [] } = request;
  const last = messages.length - 1;
  const conversation = messages.map((message, index) => {
    const isOpen = index === last && request.continuesLastMessage === true;
    return (isOpen ? openMark : roleMarks[message.role]) + messageText(message);
  });
  return tools.length === 0 ? conversation : [`f${JSON.stringify(tools)}`, ...conversation];
}

/** Exact by definition: 4 tokens a message and one for each 4 UTF-16 units begun, with no end token. */
export function countPromptTokens(prompt: ScriptedPrompt): number {
  let tokens = 0;
  for (const message of prompt) tokens += messageTokens(message);
  return tokens;
}

/** Length in tokens of the beginning that two prompts share. */
export function commonPrefixTokens(one: ScriptedPrompt, other: ScriptedPrompt): number {
  let tokens = 0;
  for (const [index, message] of one.entries()) {
    const counterpart = other[index];
    if (counterpart === message) {
      tokens += messageTokens(message);
      continue;
    }
    if (counterpart !== undefined) tokens += commonMessageTokens(message, counterpart);
    break;
  }
  return tokens;
}

/** Where the token that begins at `start` ends; never between the halves of a surrogate pair. */
export function tokenEnd(text: string, start: number): number {
  const end = start + unitsPerToken;
  if (end >= text.length) return text.length;
  const isPairCut = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return isPairCut ? end + 1 : end;
}

function messageTokens(message: string): number {
  const around = message.startsWith(openMark) ? tokensPerMessage - 1 : tokensPerMessage;
  return around + Math.ceil((message.length - 1) / unitsPerToken);
}

function commonMessageTokens(one: string, other: string): number {
  if (one[0] !== other[0]) return 0;
  let units = 1;
  while (units < one.length && one[units] === other[units]) units += 1;
  return tokensPerMessage + Math.floor((units - 1) / unitsPerToken);
}

function messageText(message: Message): string {
  const name = message.name === undefined ? '' : `${message.name}: `;
  if (message.role === 'tool') return `${name}${message.toolCallId} ${message.content}`;
  if (message.role !== 'assistant' || message.toolCalls.length === 0) {
    return `${name}${message.content}`;
  }
  const calls = message.toolCalls.map((call) => `${call.id} ${call.name} ${call.arguments}`);
  return `${name}${message.content}${calls.join('')}`;
}
