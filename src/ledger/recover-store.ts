import { invariant, priceUsage, type TokenUsage } from '../core/index.ts';
import type { Connection, Row } from '../storage/index.ts';
import { endHold, holdStates, toStoredHold } from './hold-store.ts';
import { readPrice } from './price-version-store.ts';

export interface RecoveryReport {
  readonly charged: number;
  readonly voided: number;
}

const nothingUsed: TokenUsage = {
  promptTokens: 0,
  cachedTokens: undefined,
  completionTokens: 0,
  reasoningTokens: undefined,
};

/**
 * Ends the holds that a dead process left open: what its last checkpoint says is charged, the rest is
 * released. Only the holder of the directory lock may call it, before it serves the first request.
 */
export function recover(connection: Connection, input: { readonly nowMs: number }): RecoveryReport {
  const open = connection.all('SELECT * FROM hold WHERE state = 0 ORDER BY id');
  let charged = 0;
  for (const row of open) {
    const hold = toStoredHold(row);
    const usage = toProgress(row) ?? nothingUsed;
    const price = readPrice(connection, hold.priceVersion);
    invariant(price !== undefined, 'the price version of a hold exists');
    const { amountNanoUsd } = priceUsage(usage, price);
    if (amountNanoUsd > 0n) charged += 1;
    endHold(
      connection,
      {
        holdId: hold.id,
        usage,
        amountNanoUsd,
        status: 'recovered',
        errorCode: 'server-stopped',
        nowMs: input.nowMs,
      },
      holdStates.recovered,
    );
  }
  return { charged, voided: open.length - charged };
}

function toProgress(row: Row): TokenUsage | undefined {
  if (row.progress_completion_tokens === null) return undefined;
  const cached = row.progress_cached_tokens;
  return {
    promptTokens: Number(row.progress_prompt_tokens),
    cachedTokens: cached === null ? undefined : Number(cached),
    completionTokens: Number(row.progress_completion_tokens),
    reasoningTokens: undefined,
  };
}
