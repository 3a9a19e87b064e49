import type { ErrorCode } from './error-codes.ts';

export interface PlatformErrorOptions {
  readonly cause?: unknown;
  /** Path of the field at fault, e.g. `messages[2].content`; becomes `error.param`. */
  readonly param?: string;
  /** Seconds after which trying again makes sense; becomes `retry-after`. */
  readonly retryAfterSeconds?: number;
  /** True when tokens were charged: whatever the code says, sending the request again would pay twice. */
  readonly hasCharged?: boolean;
  /** Public extra fields of the error body, e.g. `limit_source`. Never secrets or stack traces. */
  readonly publicDetails?: Readonly<Record<string, string | number | boolean>>;
}

/** The one error that ends a request on purpose. Its message may be shown to anybody; the cause is only logged. */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly hasCharged: boolean;
  readonly publicDetails: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, publicMessage: string, options: PlatformErrorOptions = {}) {
    super(publicMessage, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlatformError';
    this.code = code;
    this.param = options.param;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.hasCharged = options.hasCharged ?? false;
    this.publicDetails = options.publicDetails ?? {};
  }
}
