import { PlatformError } from '../core/index.ts';
import type { PromptCountRequest } from './completion.ts';
import {
  type PreparedDeployment,
  prepareOnFirstAvailable,
} from './routing/prepare-on-first-available.ts';
import type { ServedModel } from './served-model.ts';

export interface PreparedCompletion extends PreparedDeployment {
  readonly model: ServedModel;
}

/** Finds the model and the deployment that will answer, and has the prompt rendered and counted there. */
export async function prepareCompletion(
  resolveModel: (name: string) => ServedModel | undefined,
  { model: name, generation, principal }: PromptCountRequest,
  signal: AbortSignal,
): Promise<PreparedCompletion> {
  const model = resolveModel(name);
  if (model === undefined) throw unknownModel(name);
  const request = {
    ...generation,
    completionTokensMax: generation.completionTokensMax ?? model.defaultCompletionTokens,
    cacheScope: principal.accountId,
  };
  const { deployments, whyUnavailable } = model;
  return {
    model,
    ...(await prepareOnFirstAvailable(deployments, request, signal, whyUnavailable)),
  };
}

function unknownModel(name: string): PlatformError {
  return new PlatformError(
    'models/not-found',
    `The model \`${name.slice(0, 100)}\` does not exist. GET /v1/models lists those that do.`,
    { param: 'model' },
  );
}
