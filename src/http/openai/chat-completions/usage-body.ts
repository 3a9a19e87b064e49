import {
  creditsPerUsd,
  creditsToNanoUsd,
  type TokenUsage,
  totalTokens,
} from '../../../core/index.ts';

/** `usage` on the wire. What the engine does not know is absent: unknown is not zero. */
export function usageBody(usage: TokenUsage): object {
  const { cachedTokens, reasoningTokens } = usage;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: totalTokens(usage),
    ...(cachedTokens === undefined
      ? {}
      : { cached_tokens: cachedTokens, prompt_tokens_details: { cached_tokens: cachedTokens } }),
    ...(reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}

export function metaBody(credits: bigint): object {
  const used = Number(credits);
  return { usage: { credits_used: used, usd_spent: used / creditsPerUsd } };
}

/** The bill as headers, also under AI/ML API's names. */
export function costHeaders(credits: bigint): Record<string, string> {
  const used = credits.toString();
  const usd = usdText(credits);
  return {
    'x-credits-used': used,
    'x-usd-spent': usd,
    'x-aimlapi-credits-used': used,
    'x-aimlapi-usd-spent': usd,
  };
}

const nanoDigits = 9;

// Nine decimals, exact: one credit is 500 nano-USD.
function usdText(credits: bigint): string {
  const digits = creditsToNanoUsd(credits)
    .toString()
    .padStart(nanoDigits + 1, '0');
  return `${digits.slice(0, -nanoDigits)}.${digits.slice(-nanoDigits)}`;
}
