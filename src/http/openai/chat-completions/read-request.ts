import { compileValidator } from '../../validation/compile-validator.ts';
import { refuseIgnored } from './ignored-parameters.ts';
import { refuseForeignFields } from './refuse-unsupported.ts';
import { chatCompletionSchema } from './request-schema.ts';
import { type DomainRequest, toGenerationRequest } from './to-generation-request.ts';

export interface ReadOptions {
  /** The most choices that one request may ask of any model. */
  readonly choicesMax: number;
  /** What would be ignored is refused instead. */
  readonly isStrict: boolean;
}

export interface ChatRequest {
  readonly model: string;
  readonly domain: DomainRequest;
}

const validateBody = compileValidator(chatCompletionSchema);

/** A body of any form as a request; throws PlatformError for what is malformed or cannot be done. */
export function readChatRequest(raw: unknown, options: ReadOptions): ChatRequest {
  if (typeof raw === 'object' && raw !== null) refuseForeignFields(raw);
  const body = validateBody(raw);
  const domain = toGenerationRequest(body, options.choicesMax);
  if (options.isStrict) refuseIgnored(domain.ignoredParameters);
  return { model: body.model, domain };
}
