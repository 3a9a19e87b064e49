import type { PublicModel } from '../../dependencies.ts';

const nanoUsdPerUsd = 1_000_000_000n;
const tokensPerPriceUnit = 1_000_000;
const perTokenDecimals = 15;

/**
 * One model as OpenAI, OpenRouter, Moonshot and AI/ML API clients read it: the union of their keys.
 * @see https://openrouter.ai/docs/models
 */
export function toModelBody(model: PublicModel) {
  const hasImages = model.inputModalities.includes('image');
  return {
    id: model.id,
    object: 'model' as const,
    created: model.createdSeconds,
    owned_by: model.developer,
    aliases: model.aliases,
    type: 'openai/chat-completions',
    name: model.name,
    canonical_slug: model.id,
    description: model.description,
    context_length: model.contextTokens,
    info: {
      name: model.name,
      developer: model.developer,
      description: model.description,
      contextLength: model.contextTokens,
      outputMax: model.completionTokensMax,
      releasedAt: new Date(model.createdSeconds * 1000).toISOString(),
    },
    tags: model.tags,
    endpoints: ['/v1/chat/completions'],
    features: model.capabilities,
    capabilities: model.capabilities,
    modalities: { input: model.inputModalities, output: model.outputModalities },
    architecture: {
      modality: `${model.inputModalities.join('+')}->${model.outputModalities.join('+')}`,
      input_modalities: model.inputModalities,
      output_modalities: model.outputModalities,
      tokenizer: model.tokenizer,
    },
    pricing: toPricing(model),
    top_provider: {
      context_length: model.contextTokens,
      max_completion_tokens: model.completionTokensMax,
      is_moderated: false,
    },
    supported_parameters: model.supportedParameters,
    default_parameters: {},
    expiration_date: null,
    supports_image_in: hasImages,
    supports_video_in: false,
    supports_reasoning: model.capabilities.includes('reasoning'),
  };
}

function toPricing({ price }: PublicModel) {
  return {
    prompt: usdPerToken(price.freshNanoUsd),
    completion: usdPerToken(price.outputNanoUsd),
    input_cache_read: usdPerToken(price.cachedNanoUsd),
    request: '0',
    image: '0',
    web_search: '0',
    kind: 'fixed',
    currency: 'USD',
    units: [
      priceUnit('input', price.freshNanoUsd),
      priceUnit('cached_input', price.cachedNanoUsd),
      priceUnit('output', price.outputNanoUsd),
    ],
    dimensions: [],
    variants: [],
  };
}

function priceUnit(measure: string, nanoUsdPerMillion: bigint) {
  const price = Number(nanoUsdPerMillion) / Number(nanoUsdPerUsd);
  return { name: 'token', measure, price, per: tokensPerPriceUnit };
}

// OpenRouter's form: a decimal string, exact, without an exponent.
function usdPerToken(nanoUsdPerMillion: bigint): string {
  const digits = nanoUsdPerMillion.toString().padStart(perTokenDecimals + 1, '0');
  const fraction = digits.slice(-perTokenDecimals).replace(/0+$/, '');
  const whole = digits.slice(0, -perTokenDecimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
