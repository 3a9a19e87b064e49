import { setTimeout as delay } from 'node:timers/promises';
import {
  type Logger,
  PlatformError,
  type Price,
  priceUsage,
  type TokenUsage,
} from '../core/index.ts';
import type { CompletionOutcome, Ledger } from '../ledger/index.ts';
import type { PendingEndings } from './pending-endings.ts';

export interface HoldEnding {
  readonly holdId: string;
  readonly usage: TokenUsage;
  readonly price: Price;
  readonly status: CompletionOutcome['status'];
  readonly errorCode: string | undefined;
  /** False ends the hold without a charge. */
  readonly isCharged: boolean;
}

export interface EndHoldParts {
  readonly ledger: Ledger;
  readonly logger: Logger;
  readonly pendingEndings: PendingEndings;
}

const retryDelaysMs = [100, 400, 1_600];
const nothingUsed: TokenUsage = {
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: undefined,
};

/**
 * Ends a hold exactly once and resolves to the credits charged. A database that is away for a moment is
 * asked again. If it stays away, the client is told, and the end is tried on until the database takes it;
 * a process that dies before leaves it to the next start's recovery.
 */
export async function endHold(parts: EndHoldParts, ending: HoldEnding): Promise<bigint> {
  const { ledger, logger, pendingEndings } = parts;
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
      if (delayMs === undefined) {
        pendingEndings.add(holdId, end, 'needed');
        if (ending.isCharged) throw chargeNotRecorded(error);
        return 0n;
      }
      await delay(delayMs);
    }
  }
}

/**
 * For a reserve whose outcome the database has not told: voids the hold in the background if there is
 * one. Without such a hold nothing is written.
 */
export function voidUnknownHold({ ledger, pendingEndings }: EndHoldParts, holdId: string): void {
  const errorCode = 'storage/unavailable';
  const end = () => ledger.void({ holdId, usage: nothingUsed, status: 'failed', errorCode });
  pendingEndings.add(holdId, end, 'to-be-sure');
}

function chargeNotRecorded(cause: unknown): PlatformError {
  return new PlatformError(
    'storage/unavailable',
    'The answer was generated, but its charge could not be recorded. Do not send the request again; it will be settled later.',
    { cause, hasCharged: true },
  );
}
