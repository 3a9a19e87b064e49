import { PlatformError } from '../../core/index.ts';
import type { GenerationRequest, Prepared } from '../../engines/index.ts';
import type { Deployment } from './deployment.ts';

export interface PreparedDeployment {
  readonly deployment: Deployment;
  readonly prepared: Prepared;
}

/** Asks the deployments in their order; only one that is down passes the request on to the next. */
export async function prepareOnFirstAvailable(
  deployments: readonly Deployment[],
  request: GenerationRequest,
  signal: AbortSignal,
  whyUnavailable = 'No engine serves this model at the moment. The operator can run `moongate doctor` to see why.',
): Promise<PreparedDeployment> {
  let lastError: unknown;
  for (const deployment of deployments) {
    try {
      return { deployment, prepared: await deployment.engine.prepare(request, signal) };
    } catch (error) {
      const isDown = error instanceof PlatformError && error.code === 'engine/unavailable';
      if (!isDown) throw error;
      lastError = error;
    }
  }
  // Made here and not up there: an error records its stack, which costs as much as the whole routing.
  throw (
    lastError ?? new PlatformError('engine/unavailable', whyUnavailable, { retryAfterSeconds: 10 })
  );
}
