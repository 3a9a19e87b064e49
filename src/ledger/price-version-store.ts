import type { Price } from '../core/index.ts';
import type { Connection, Row } from '../storage/index.ts';

export interface PriceVersionInput {
  readonly model: string;
  readonly freshNanoUsd: bigint;
  readonly cachedNanoUsd: bigint;
  readonly outputNanoUsd: bigint;
  readonly nowMs: number;
}

/** The version with these prices, a new one when the model's latest version differs. Old rows never change. */
export function ensurePriceVersion(connection: Connection, input: PriceVersionInput): Price {
  const latest = connection.get(
    'SELECT * FROM price_version WHERE model = ? ORDER BY number DESC LIMIT 1',
    input.model,
  );
  const { freshNanoUsd, cachedNanoUsd, outputNanoUsd } = input;
  if (latest !== undefined) {
    const price = toPrice(latest);
    const isSame =
      price.freshNanoUsd === freshNanoUsd &&
      price.cachedNanoUsd === cachedNanoUsd &&
      price.outputNanoUsd === outputNanoUsd;
    if (isSame) return price;
  }
  const number = latest === undefined ? 1n : (latest.number as bigint) + 1n;
  const version = `${input.model}@${number}`;
  connection.run(
    'INSERT INTO price_version VALUES (?, ?, ?, ?, ?, ?, ?)',
    version,
    input.model,
    number,
    input.nowMs,
    freshNanoUsd,
    cachedNanoUsd,
    outputNanoUsd,
  );
  return { version, freshNanoUsd, cachedNanoUsd, outputNanoUsd };
}

export function readPrice(connection: Connection, version: string): Price | undefined {
  const row = connection.get('SELECT * FROM price_version WHERE version = ?', version);
  return row === undefined ? undefined : toPrice(row);
}

function toPrice(row: Row): Price {
  return {
    version: String(row.version),
    freshNanoUsd: row.fresh_nano_usd as bigint,
    cachedNanoUsd: row.cached_nano_usd as bigint,
    outputNanoUsd: row.output_nano_usd as bigint,
  };
}
