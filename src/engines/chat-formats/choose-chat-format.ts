import type { ChatFormat } from './chat-format.ts';
import { createGemmaFormat } from './gemma.ts';
import { createGenericFormat } from './generic.ts';
import { createHermesFormat } from './hermes-json.ts';
import { createKimiFormat, kimiTexts } from './kimi-k2.ts';
import { createLlamaFormat } from './llama-3.ts';
import { createQwenXmlFormat } from './qwen-xml.ts';

/** Texts that show a call syntax of another family, which uses some of the same tags. */
const otherSyntaxes = ['<arg_key>', '<tool_calls>', '<invoke', '<param name', '<function name'];

/** The format of a model, from the text of its chat template. */
export function chooseChatFormat(template: string): ChatFormat {
  const has = (...texts: string[]) => texts.every((text) => template.includes(text));
  const knowsTools = /\btools\b/u.test(template);
  if (!knowsTools) return createGenericFormat(template);
  if (has(kimiTexts.callBegin, kimiTexts.argumentBegin)) return createKimiFormat(template);
  if (has('<|tool_call>call:')) return createGemmaFormat(template);
  if (otherSyntaxes.some((text) => has(text))) return createGenericFormat(template);
  if (has('<tool_call>', '<function=', '<parameter=')) return createQwenXmlFormat(template);
  if (has('<tool_call>')) return createHermesFormat(template);
  if (has('<|start_header_id|>', '"parameters": ')) return createLlamaFormat(template);
  return createGenericFormat(template);
}
