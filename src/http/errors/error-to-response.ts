import { type ErrorCode, errorCodes, type PlatformError } from '../../core/index.ts';

/** The one error body: OpenAI's `error` beside AI/ML API's top-level fields. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
    readonly request_id: string;
    readonly [detail: string]: string | number | boolean | null;
  };
  readonly message: string;
  readonly statusCode: number;
  readonly requestId: string;
  readonly path: string;
  readonly timestamp: string;
}

export interface ErrorOrigin {
  readonly requestId: string;
  readonly url: string;
  readonly nowMs: number;
  /** Charged work makes every error final for the client. */
  readonly isCharged: boolean;
}

export interface ErrorResponse {
  readonly code: ErrorCode;
  readonly status: number;
  /** May this very request be sent again? Never after a charge. */
  readonly isRetryable: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

const pathCharactersMax = 256;

export function errorToResponse(error: PlatformError, origin: ErrorOrigin): ErrorResponse {
  const row = errorCodes[error.code];
  const isRetryable = row.isRetryable && !origin.isCharged;
  const headers: Record<string, string> = { 'x-should-retry': String(isRetryable) };
  if (row.status === 401) headers['www-authenticate'] = 'Bearer';
  if (error.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
    headers['retry-after-ms'] = String(Math.ceil(error.retryAfterSeconds * 1000));
  }
  const body: ErrorBody = {
    error: {
      ...error.publicDetails,
      message: error.message,
      type: row.type,
      code: row.wireCode,
      param: error.param ?? null,
      request_id: origin.requestId,
    },
    message: error.message,
    statusCode: row.status,
    requestId: origin.requestId,
    path: pathOf(origin.url),
    timestamp: new Date(origin.nowMs).toISOString(),
  };
  return { code: error.code, status: row.status, isRetryable, headers, body };
}

// Without the query string: people put secrets there.
function pathOf(url: string): string {
  const end = url.indexOf('?');
  return (end === -1 ? url : url.slice(0, end)).slice(0, pathCharactersMax);
}
