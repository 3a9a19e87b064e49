import { PlatformError } from '../core/index.ts';
import type { PromptRequest } from './completion.ts';
import {
  type PreparedDeployment,
  prepareOnFirstAvailable,
} from './routing/prepare-on-first-available.ts';
import type { ServedModel } from './served-model.ts';

export interface PreparedCompletion extends PreparedDeployment {
  readonly model: ServedModel;
}

/** Finds the model and has its first engine that is up read the prompt. Nothing is held yet. */
export async function prepareCompletion(
  resolveModel: (name: string) => ServedModel | undefined,
  request: PromptRequest,
  signal: AbortSignal,
): Promise<PreparedCompletion> {
  const model = resolveModel(request.model);
  if (model === undefined) throw unknownModel(request.model);
  const generation = {
    ...request.generation,
    completionTokensMax: request.generation.completionTokensMax ?? model.defaultCompletionTokens,
    cacheScope: request.principal.accountId,
  };
  const { deployments, whyUnavailable } = model;
  const prepared = await prepareOnFirstAvailable(deployments, generation, signal, whyUnavailable);
  return { model, ...prepared };
}

function unknownModel(name: string): PlatformError {
  return new PlatformError(
    'models/not-found',
    `The model \`${name.slice(0, 100)}\` does not exist. GET /v1/models lists those that do.`,
    { param: 'model' },
  );
}
