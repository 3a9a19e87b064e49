export type EgressErrorKind = 'refused' | 'unreachable' | 'timeout' | 'protocol';

/**
 * Why a request brought no answer. The message names the host and nothing else of the URL, because
 * paths and queries carry signatures; the cause is for logs.
 */
export class EgressError extends Error {
  /** `refused` = our own rules forbid it; the same request will never succeed. */
  readonly kind: EgressErrorKind;

  constructor(kind: EgressErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EgressError';
    this.kind = kind;
  }
}
