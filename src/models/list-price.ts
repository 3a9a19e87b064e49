import type { Price } from '../core/index.ts';

/** What the developer of a model asks: decimal USD per 1,000,000 tokens, e.g. `0.60`. */
export interface ListPrice {
  readonly freshUsd: string;
  readonly cachedUsd: string;
  readonly outputUsd: string;
}

/** What is charged: nano-USD per 1,000,000 tokens. The ledger gives it a version. */
export type SalePrice = Omit<Price, 'version'>;

const nanoDigits = 9;
const decimalPattern = /^(\d{1,9})(?:\.(\d{1,9}))?$/;

/**
 * List price × markup, a decimal such as `1.3`, exact to the nano-USD; the rest is rounded up.
 * Throws Error with a message for the operator when a number is not a plain decimal.
 */
export function salePriceOf(list: ListPrice, markup: string): SalePrice {
  const factor = parseNano(markup, 'markup');
  const one = 10n ** BigInt(nanoDigits);
  const sale = (usd: string, name: string) => (parseNano(usd, name) * factor + one - 1n) / one;
  return {
    freshNanoUsd: sale(list.freshUsd, 'price of fresh prompt tokens'),
    cachedNanoUsd: sale(list.cachedUsd, 'price of cached prompt tokens'),
    outputNanoUsd: sale(list.outputUsd, 'price of output tokens'),
  };
}

function parseNano(text: string, name: string): bigint {
  const match = decimalPattern.exec(text);
  if (match === null) {
    throw new Error(`The ${name} must be a decimal like "0.60", not ${JSON.stringify(text)}.`);
  }
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(nanoDigits, '0')}`);
}
