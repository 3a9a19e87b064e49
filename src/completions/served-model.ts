import type { Price } from '../core/index.ts';
import type { Deployment } from './routing/deployment.ts';

/** A public model as it is served now: its price version and the deployments to try, in order. */
export interface ServedModel {
  readonly id: string;
  readonly price: Price;
  /** Bound on completion tokens when the client names none; undefined = whatever fits the context. */
  readonly defaultCompletionTokens: number | undefined;
  readonly deployments: readonly Deployment[];
  /** Said to clients while there is no deployment, e.g. that the model is being downloaded. */
  readonly whyUnavailable?: string;
}
