import { type ListPrice, salePriceOf } from './list-price.ts';
import type { Deployment, ModelCapabilities, PublicModel } from './public-model.ts';

export interface EmbeddedModel {
  /** The engine's own name, e.g. `smollm2-135m-instruct`; becomes the public id. */
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly developer: string;
  readonly contextTokens: number;
  readonly capabilities: ModelCapabilities;
}

export interface DefaultPublicModelsOptions {
  /** undefined: the server runs without an embedded model. */
  readonly embedded: EmbeddedModel | undefined;
  /** True only when an engine for the Moonshot API is there to answer. */
  readonly isMoonshotConfigured: boolean;
  /** A decimal such as `1.3`; applies to models of others. */
  readonly markup?: string;
  /** Charged as it is, without a markup. */
  readonly embeddedPrice?: ListPrice;
}

const kimiListPrice: ListPrice = { freshUsd: '0.60', cachedUsd: '0.10', outputUsd: '3.00' };
const defaultMarkup = '1.3';
const defaultEmbeddedPrice: ListPrice = { freshUsd: '0.02', cachedUsd: '0.01', outputUsd: '0.05' };
const embeddedDeployment: Deployment = { id: 'embedded', engine: 'embedded' };
const moonshotDeployment: Deployment = { id: 'moonshot', engine: 'moonshot' };
const moonshotCapabilities: ModelCapabilities = {
  tools: true,
  images: true,
  logprobs: false,
  structuredOutput: true,
  reasoning: true,
};
const noCapabilities: ModelCapabilities = {
  tools: false,
  images: false,
  logprobs: false,
  structuredOutput: false,
  reasoning: false,
};

/** Kimi K2.5, and the embedded model under its own name and price. */
export function createDefaultPublicModels(
  options: DefaultPublicModelsOptions,
): readonly PublicModel[] {
  const kimi = createKimi(options);
  return options.embedded === undefined
    ? [kimi]
    : [kimi, createEmbedded(options, options.embedded)];
}

/** Contexts and prices as the catalogues of Moonshot and AI/ML API print them. */
function createKimi(options: DefaultPublicModelsOptions): PublicModel {
  const { embedded, isMoonshotConfigured, markup = defaultMarkup } = options;
  return {
    id: 'moonshot/kimi-k2-5',
    aliases: ['kimi-k2.5', 'kimi-k2-5'],
    displayName: 'Kimi K2.5',
    description: isMoonshotConfigured
      ? 'Moonshot AI’s multimodal model for coding, agents and long documents.'
      : 'Stands for Moonshot AI’s Kimi K2.5: the embedded model answers, under its own name.',
    developer: 'Moonshot AI',
    releasedOn: '2026-01-27',
    contextTokens: 262_000,
    outputTokensMax: 262_000,
    defaultCompletionTokens: 32_768,
    listPrice: kimiListPrice,
    salePrice: salePriceOf(kimiListPrice, markup),
    // Moonshot fixes the sampling; an embedded model takes any.
    parameterPolicy: isMoonshotConfigured ? 'clamp' : 'honour',
    deployments: [
      ...(isMoonshotConfigured ? [moonshotDeployment] : []),
      ...(embedded === undefined ? [] : [embeddedDeployment]),
    ],
    capabilities: isMoonshotConfigured
      ? moonshotCapabilities
      : (embedded?.capabilities ?? noCapabilities),
  };
}

function createEmbedded(options: DefaultPublicModelsOptions, embedded: EmbeddedModel): PublicModel {
  const price = options.embeddedPrice ?? defaultEmbeddedPrice;
  return {
    id: embedded.id,
    aliases: [],
    displayName: embedded.displayName,
    description: embedded.description,
    developer: embedded.developer,
    releasedOn: undefined,
    contextTokens: embedded.contextTokens,
    outputTokensMax: embedded.contextTokens,
    defaultCompletionTokens: undefined,
    listPrice: price,
    salePrice: salePriceOf(price, '1'),
    parameterPolicy: 'honour',
    deployments: [embeddedDeployment],
    capabilities: embedded.capabilities,
  };
}
