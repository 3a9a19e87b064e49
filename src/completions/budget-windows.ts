import type { BudgetRetention, KeyBudget } from '../keys/index.ts';
import type { LimitWindow } from '../ledger/index.ts';

const retentions = ['no_reset', 'day', 'week', 'month'] as const;

/**
 * The limit windows of a key at this moment: its budget's with the cap, those of the other periods without,
 * because a budget may have had that period before and may have it again.
 */
export function budgetWindows(
  keyId: string,
  budget: KeyBudget | undefined,
  nowMs: number,
): readonly LimitWindow[] {
  const limitedMs = budget === undefined ? undefined : periodStartMs(budget.retention, nowMs);
  // Periods that begin at the same moment share a window.
  const startsMs = new Set(retentions.map((retention) => periodStartMs(retention, nowMs)));
  return [...startsMs].map((windowStartMs) => ({
    scope: 'key',
    scopeId: keyId,
    metric: 'budget_nano_usd',
    windowStartMs,
    cap: windowStartMs === limitedMs ? budget?.thresholdNanoUsd : undefined,
  }));
}

/** Periods begin at 00:00 UTC; weeks on Monday (AI/ML API, API key management). */
export function periodStartMs(retention: BudgetRetention, nowMs: number): number {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  switch (retention) {
    case 'no_reset':
      return 0;
    case 'day':
      return Date.UTC(year, month, day);
    case 'week':
      return Date.UTC(year, month, day - ((now.getUTCDay() + 6) % 7));
    case 'month':
      return Date.UTC(year, month, 1);
  }
}
