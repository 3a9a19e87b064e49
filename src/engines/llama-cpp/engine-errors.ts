import { PlatformError } from '../../core/index.ts';
import type { GenerationRequest } from '../generation-request.ts';
import type { Refusal } from './host-protocol.ts';

export function tooLong(contextTokens: number, promptTokens: number): PlatformError {
  // Clients look for this very sentence to know that they must shorten the conversation.
  const message = `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${promptTokens} tokens.`;
  return new PlatformError('request/context-length-exceeded', message, { param: 'messages' });
}

export function poisoned(): PlatformError {
  const message =
    'This request was running at two crashes of the engine and is refused for a while. Change its messages before sending it again.';
  return new PlatformError('request/invalid', message, { param: 'messages' });
}

export function failed(): PlatformError {
  const message = 'The engine could not go on with this request. Send it again.';
  return new PlatformError('engine/unavailable', message, { retryAfterSeconds: 1 });
}

export function refusalError(refusal: Refusal): PlatformError {
  switch (refusal.reason) {
    case 'template': {
      const message = `The model's chat template does not accept these messages: ${refusal.message}.`;
      return new PlatformError('request/invalid', message, { param: 'messages' });
    }
    case 'overloaded': {
      const message = 'Too many requests wait for the engine. Send the request again in a moment.';
      return new PlatformError('engine/overloaded', message, { retryAfterSeconds: 1 });
    }
    case 'internal':
      return failed();
  }
}

/** A format begins with its first character, so it cannot begin in the middle of an answer. */
export function assertContinuable(request: GenerationRequest): void {
  const { continuesLastMessage, responseFormat, messages } = request;
  if (continuesLastMessage !== true) return;
  const param = `messages[${messages.length - 1}].partial`;
  if (messages.at(-1)?.role !== 'assistant') {
    const message = 'Only an answer of the assistant can be continued. Remove partial.';
    throw new PlatformError('request/invalid', message, { param });
  }
  if (responseFormat === undefined) return;
  const message = 'A partial answer cannot be continued in a JSON format. Remove one of the two.';
  throw new PlatformError('request/invalid', message, { param });
}
