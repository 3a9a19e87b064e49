import { setTimeout as delay } from 'node:timers/promises';
import {
  type Logger,
  PlatformError,
  type Price,
  priceUsage,
  type TokenUsage,
} from '../core/index.ts';
import type { CompletionOutcome, Ledger } from '../ledger/index.ts';

export interface HoldEnding {
  readonly holdId: string;
  readonly usage: TokenUsage;
  readonly price: Price;
  readonly status: CompletionOutcome['status'];
  readonly errorCode: string | undefined;
  /** False ends the hold without a charge. */
  readonly isCharged: boolean;
}

const retryDelaysMs = [100, 400, 1_600];

/**
 * Ends a hold exactly once and resolves to the credits charged. A database that is away for a moment is
 * asked again; if it stays away the hold remains open, and the next start's recovery ends it from its
 * last checkpoint.
 */
export async function endHold(ledger: Ledger, logger: Logger, ending: HoldEnding): Promise<bigint> {
  const { holdId, usage, status, errorCode } = ending;
  const priced = priceUsage(usage, ending.price);
  const end = () =>
    ending.isCharged
      ? ledger.settle({ holdId, usage, status, errorCode, amountNanoUsd: priced.amountNanoUsd })
      : ledger.void({ holdId, usage, status, errorCode });

  for (let attempt = 0; ; attempt += 1) {
    try {
      await end();
      return ending.isCharged ? priced.credits : 0n;
    } catch (error) {
      const delayMs = retryDelaysMs[attempt];
      logger.warn({ error, holdId, delayMs }, 'a hold could not be ended');
      if (delayMs === undefined) throw chargeNotRecorded(error);
      await delay(delayMs);
    }
  }
}

function chargeNotRecorded(cause: unknown): PlatformError {
  return new PlatformError(
    'storage/unavailable',
    'The answer was generated, but its charge could not be recorded. Do not send the request again; it will be settled later.',
    { cause, hasCharged: true },
  );
}
