/** The message of an error with the reason below it, for the operator; never for clients. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = error.cause instanceof Error ? explainError(error.cause) : undefined;
  if (reason === undefined || error.message.includes(reason)) return error.message;
  return `${error.message} (${reason})`;
}
