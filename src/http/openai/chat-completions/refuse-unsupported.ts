import { PlatformError } from '../../../core/index.ts';
import { unsupportedParameter } from './invalid-request.ts';
import type { MessageBody } from './message-schema.ts';
import type { ChatCompletionBody } from './request-schema.ts';

/** Fields of other servers that change the answer and that this one will not silently drop. */
const refusedFields = ['functions', 'function_call', 'audio', 'web_search_options'];

/** Throws for what no engine here can do; the rest is for the engine that will answer to refuse. */
export function refuseUnsupported(body: ChatCompletionBody): void {
  if (body.modalities?.includes('audio') === true) {
    throw unsupportedParameter('modalities', 'this model answers in text only');
  }
  body.messages.forEach(refuseUnsupportedMessage);
}

/** Runs on the raw body, before the schema: these fields have no schema of their own. */
export function refuseForeignFields(body: object): void {
  for (const field of refusedFields) {
    if (!Object.hasOwn(body, field)) continue;
    const value = (body as Readonly<Record<string, unknown>>)[field];
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty)
      throw unsupportedParameter(field, 'this server does not know it; use tools instead');
  }
}

export function isRefusedField(field: string): boolean {
  return refusedFields.includes(field);
}

function refuseUnsupportedMessage(message: MessageBody, index: number): void {
  if (message.role !== 'user' || typeof message.content === 'string') return;
  const part = message.content.findIndex(({ type }) => type === 'image_url');
  if (part === -1) return;
  throw new PlatformError(
    'request/unsupported-modality',
    'This model reads text only: it cannot see images.',
    { param: `messages[${index}].content[${part}].type` },
  );
}
