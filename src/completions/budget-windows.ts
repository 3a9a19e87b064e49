import type { BudgetRetention, KeyBudget } from '../keys/index.ts';
import type { LimitWindow } from '../ledger/index.ts';

/** The limit windows that a request of this key reserves in: its budget of the current period. */
export function budgetWindows(
  keyId: string,
  budget: KeyBudget | undefined,
  nowMs: number,
): readonly LimitWindow[] {
  if (budget === undefined) return [];
  return [
    {
      scope: 'key',
      scopeId: keyId,
      metric: 'budget_nano_usd',
      windowStartMs: periodStartMs(budget.retention, nowMs),
      cap: budget.thresholdNanoUsd,
    },
  ];
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
