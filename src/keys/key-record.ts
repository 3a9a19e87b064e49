export type KeyKind = 'inference' | 'management';

export type BudgetRetention = 'no_reset' | 'day' | 'week' | 'month';

/** The most a key may spend in a period; periods begin at 00:00 UTC (weeks on Monday). */
export interface KeyBudget {
  readonly retention: BudgetRetention;
  readonly thresholdNanoUsd: bigint;
}

/** Everything about a key but the key itself, which is stored nowhere. */
export interface KeyRecord {
  readonly id: string;
  readonly accountId: string;
  readonly kind: KeyKind;
  readonly name: string | undefined;
  readonly prefix: string;
  readonly isDisabled: boolean;
  /** Made under another pepper than the present one: nobody can use it. */
  readonly isForeign: boolean;
  /** undefined = everything; else e.g. `model:chat`. */
  readonly scopes: readonly string[] | undefined;
  readonly budget: KeyBudget | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly lastUsedAtMs: number | undefined;
}
