import { randomBytes, randomUUID } from 'node:crypto';

/** `chatcmpl-` + 24 hex; the first 8 are the creation time in seconds, as on the page. */
export function newCompletionId(createdSeconds: number): string {
  const time = createdSeconds.toString(16).padStart(8, '0').slice(-8);
  return `chatcmpl-${time}${randomBytes(8).toString('hex')}`;
}

export function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** 21 URL-safe characters, the look of AI/ML API's `x-inference-id`. */
export function newInferenceId(): string {
  return randomBytes(16).toString('base64url').slice(0, 21);
}
