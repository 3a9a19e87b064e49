export interface ErrorCodeRow {
  readonly status: number;
  /** `error.type` on the wire. */
  readonly type: string;
  /** `error.code` on the wire. */
  readonly wireCode: string;
  /** May a client send the same request again? After any charge the answer is no, whatever stands here. */
  readonly isRetryable: boolean;
}

const invalid = 'invalid_request_error';

function row(status: number, type: string, wireCode: string, isRetryable = false): ErrorCodeRow {
  return { status, type, wireCode, isRetryable };
}

/** The closed table of errors. Each code has a paragraph in docs/reference/errors.md. */
export const errorCodes = {
  'request/invalid': row(400, invalid, 'invalid_value'),
  'request/invalid-json': row(400, invalid, 'invalid_json'),
  'request/unsupported-parameter': row(400, invalid, 'unsupported_parameter'),
  'request/unsupported-modality': row(400, invalid, 'unsupported_modality'),
  'request/context-length-exceeded': row(400, invalid, 'context_length_exceeded'),
  'request/route-not-found': row(404, invalid, 'route_not_found'),
  'request/method-not-allowed': row(405, invalid, 'method_not_allowed'),
  'request/timeout': row(408, invalid, 'request_timeout', true),
  'request/body-too-large': row(413, invalid, 'body_too_large'),
  'request/unsupported-media-type': row(415, invalid, 'unsupported_media_type'),
  'request/expectation-failed': row(417, invalid, 'expectation_failed'),
  'request/headers-too-large': row(431, invalid, 'headers_too_large'),
  'keys/invalid': row(401, 'authentication_error', 'invalid_api_key'),
  'keys/permission-denied': row(403, 'permission_error', 'permission_denied'),
  'keys/not-found': row(404, 'not_found_error', 'key_not_found'),
  'accounts/not-found': row(404, 'not_found_error', 'account_not_found'),
  'ledger/insufficient-credits': row(403, 'insufficient_quota', 'insufficient_credits'),
  'ledger/budget-exceeded': row(403, 'insufficient_quota', 'budget_exceeded'),
  'storage/unavailable': row(503, 'server_error', 'storage_unavailable', true),
  'models/not-found': row(404, 'not_found_error', 'model_not_found'),
  'engine/overloaded': row(503, 'server_error', 'engine_overloaded', true),
  'engine/unavailable': row(503, 'server_error', 'engine_unavailable', true),
  'server/overloaded': row(503, 'server_error', 'server_overloaded', true),
  'server/shutting-down': row(503, 'server_error', 'shutting_down', true),
  internal: row(500, 'server_error', 'internal_error', true),
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof errorCodes;
