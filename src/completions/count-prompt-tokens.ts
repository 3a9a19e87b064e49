import type { PromptRequest } from './completion.ts';
import { prepareCompletion } from './prepare-completion.ts';
import type { CompletionParts } from './run-completion.ts';

/** The very count that a completion would be billed with; rejects as a completion would. */
export async function countPromptTokens(
  parts: Pick<CompletionParts, 'resolveModel'>,
  request: PromptRequest,
  signal: AbortSignal,
): Promise<number> {
  const { prepared } = await prepareCompletion(parts.resolveModel, request, signal);
  return prepared.promptTokens;
}
