import type { ListPrice, SalePrice } from './list-price.ts';

/** A model as clients ask for it and as it is billed, whoever answers. */
export interface PublicModel {
  /** May contain slashes, e.g. `moonshot/kimi-k2-5`. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly displayName: string;
  readonly description: string;
  readonly developer: string;
  /** ISO date; undefined where it is not known. */
  readonly releasedOn: string | undefined;
  /** As shown; what an answer may really use is the engine's to say. */
  readonly contextTokens: number;
  readonly outputTokensMax: number;
  /** Applies when the client gives no bound; undefined = all the room there is. */
  readonly defaultCompletionTokens: number | undefined;
  readonly listPrice: ListPrice;
  readonly salePrice: SalePrice;
  readonly parameterPolicy: ParameterPolicy;
  /** Tried in this order. Empty while nothing can answer. */
  readonly deployments: readonly Deployment[];
  readonly capabilities: ModelCapabilities;
}

/** What becomes of values other than those a model fixes: served, refused with 400, or sent as fixed. */
export type ParameterPolicy = 'honour' | 'reject' | 'clamp';

export interface Deployment {
  /** Shown in `x-served-by`. */
  readonly id: string;
  readonly engine: 'embedded' | 'moonshot';
}

/** What requests to this model may use at present. */
export interface ModelCapabilities {
  readonly tools: boolean;
  readonly images: boolean;
  readonly logprobs: boolean;
  readonly structuredOutput: boolean;
  readonly reasoning: boolean;
}
