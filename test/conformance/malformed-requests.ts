import type { MalformedRequest } from './conformance-case.ts';
import { malformedFields } from './malformed-fields.ts';
import { malformedMessages } from './malformed-messages.ts';
import { malformedTransport } from './malformed-transport.ts';

/** Requests that no server of this contract may answer with success, charge for, or die of. */
export const malformedRequests: readonly MalformedRequest[] = [
  ...malformedFields,
  ...malformedMessages,
  ...malformedTransport,
];
