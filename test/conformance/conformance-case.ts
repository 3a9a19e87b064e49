import type { RawRequest } from './send-raw.ts';

export interface MalformedRequest {
  readonly name: string;
  /** `key` is a valid inference key. */
  request(baseUrl: string, key: string): RawRequest;
  readonly expected: { readonly status: number; readonly code: string };
}

export interface LenientRequest {
  readonly name: string;
  request(baseUrl: string, key: string): RawRequest;
}

const path = '/v1/chat/completions';
const jsonType = ['content-type', 'application/json'] as const;
const model = 'moonshot/kimi-k2-5';
const user = { role: 'user', content: 'Hi' };

/** A good request with the given fields put over it. */
export function chatBody(fields: Readonly<Record<string, unknown>> = {}): object {
  return { model, messages: [user], max_tokens: 4, ...fields };
}

export function chatRequest(key: string, body: RawRequest['body']): RawRequest {
  const headers = [['authorization', `Bearer ${key}`] as const, jsonType];
  return body === undefined
    ? { method: 'POST', path, headers }
    : { method: 'POST', path, headers, body };
}

/** Rows of `[name, fields over a good body]` with one expected outcome. */
export function refusedFields(
  code: string,
  rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[],
): MalformedRequest[] {
  return rows.map(([name, fields]) => ({
    name,
    request: (_baseUrl, key) => chatRequest(key, JSON.stringify(chatBody(fields))),
    expected: { status: 400, code },
  }));
}

/** Rows of `[name, one message or several after a good one]`. */
export function refusedMessages(
  code: string,
  rows: readonly (readonly [string, ...unknown[]])[],
): MalformedRequest[] {
  return refusedFields(
    code,
    rows.map(([name, ...messages]) => [name, { messages: [user, ...messages] }] as const),
  );
}

export function acceptedFields(
  rows: readonly (readonly [string, Readonly<Record<string, unknown>>])[],
): LenientRequest[] {
  return rows.map(([name, fields]) => ({
    name,
    request: (_baseUrl, key) => chatRequest(key, JSON.stringify(chatBody(fields))),
  }));
}
