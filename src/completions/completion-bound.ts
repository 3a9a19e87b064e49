import { type Price, priceUsage } from '../core/index.ts';

export interface BoundInput {
  /** What still fits the context. */
  readonly room: number;
  /** The client's own bound, if any. */
  readonly asked: number | undefined;
  /** The model's bound when the client names none. */
  readonly defaultTokens: number | undefined;
}

/** The most completion tokens of a request: what was asked for or the default, but never above the room. */
export function boundCompletionTokens({ room, asked, defaultTokens }: BoundInput): number {
  return Math.min(room, asked ?? defaultTokens ?? room);
}

/** Cost of a prompt and so many completion tokens, if nothing comes from the cache: an upper bound. */
export function costAtMost(promptTokens: number, completionTokens: number, price: Price): bigint {
  const usage = { promptTokens, completionTokens, cachedTokens: 0, reasoningTokens: undefined };
  return priceUsage(usage, price).amountNanoUsd;
}

/** The most completion tokens whose cost, with the prompt, stays within the amount; at most `wanted`. */
export function affordableTokens(
  amountNanoUsd: bigint,
  promptTokens: number,
  wanted: number,
  price: Price,
): number {
  if (costAtMost(promptTokens, wanted, price) <= amountNanoUsd) return wanted;
  let affordable = 0;
  let beyond = wanted;
  while (beyond - affordable > 1) {
    const middle = Math.floor((affordable + beyond) / 2);
    if (costAtMost(promptTokens, middle, price) <= amountNanoUsd) affordable = middle;
    else beyond = middle;
  }
  return affordable;
}
