import { PlatformError } from '../../../core/index.ts';
import { unsupportedParameter } from './invalid-request.ts';
import type { MessageBody } from './message-schema.ts';
import type { ChatCompletionBody } from './request-schema.ts';

/** Fields of other servers that change the answer and that this one will not silently drop. */
const refusedFields = ['functions', 'function_call', 'audio', 'web_search_options'];

/** Throws for the first thing asked that no engine here can do yet; what one engine cannot do is its own to refuse. */
export function refuseUnsupported(body: ChatCompletionBody): void {
  if (body.modalities?.includes('audio') === true) {
    throw unsupportedParameter('modalities', 'this model answers in text only');
  }
  const builtin = body.tools?.findIndex(({ type }) => type === 'builtin_function') ?? -1;
  if (builtin !== -1) {
    const because = 'this server has no built-in functions; declare tools of type "function"';
    throw unsupportedParameter(`tools[${builtin}].type`, because);
  }
  body.messages.forEach(refuseImages);
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

function refuseImages(message: MessageBody, index: number): void {
  if (message.role !== 'user' || typeof message.content === 'string') return;
  const part = message.content.findIndex(({ type }) => type === 'image_url');
  if (part === -1) return;
  throw new PlatformError(
    'request/unsupported-modality',
    'This model reads text only: it cannot see images.',
    { param: `messages[${index}].content[${part}].type` },
  );
}
