export * from './chat-format.ts';
export { thinkTags, type ReasoningStart, type TemplateThinking } from './template-thinking.ts';
import type { ChatFormat } from './chat-format.ts';
import { createHermesFormat } from './hermes-json.ts';
import { createGenericFormat } from './generic.ts';
export function chooseChatFormat(template: string): ChatFormat { return template.includes('tools') ? createHermesFormat(template) : createGenericFormat(template); }
