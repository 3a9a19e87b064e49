import { EgressError } from '../egress/index.ts';
import { fileErrorCode } from './model-files.ts';

/** Why one source did not give the file; the message is shown to the operator. */
export class SourceFailure extends Error {
  /** False when another try at the same address cannot end otherwise. */
  readonly isWorthAnotherTry: boolean;

  constructor(message: string, options: ErrorOptions & { isWorthAnotherTry?: boolean } = {}) {
    super(message, options);
    this.name = 'SourceFailure';
    this.isWorthAnotherTry = options.isWorthAnotherTry ?? false;
  }
}

/** One line without paths of strangers, credentials or signed addresses. */
export function failureReason(error: unknown): string {
  if (error instanceof SourceFailure || error instanceof EgressError) return error.message;
  const code = fileErrorCode(error);
  if (code === 'ENOSPC') return 'the disk is full: free some space';
  if (code === 'EACCES' || code === 'EPERM') return 'the model directory cannot be written';
  if (/^(UND_ERR_|ECONN|EPIPE)/.test(code)) return 'the connection was cut';
  return `an unexpected error (${code})`;
}
