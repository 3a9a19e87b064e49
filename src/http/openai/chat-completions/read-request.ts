import { compileValidator } from '../../validation/compile-validator.ts';
import { refuseForeignFields } from './refuse-unsupported.ts';
import { chatCompletionSchema } from './request-schema.ts';
import { type DomainRequest, toGenerationRequest } from './to-generation-request.ts';

export interface ChatRequest {
  readonly model: string;
  readonly domain: DomainRequest;
}

const validateBody = compileValidator(chatCompletionSchema);

/** A body of any form as a request; throws PlatformError for what is malformed or cannot be done. */
export function readChatRequest(raw: unknown): ChatRequest {
  if (typeof raw === 'object' && raw !== null) refuseForeignFields(raw);
  const body = validateBody(raw);
  return { model: body.model, domain: toGenerationRequest(body) };
}
