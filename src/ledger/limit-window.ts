export type LimitScope = 'account' | 'key';

/** One limited quantity in one period, e.g. the spending of a key in this month. */
export interface LimitWindow {
  readonly scope: LimitScope;
  readonly scopeId: string;
  readonly metric: 'budget_nano_usd';
  readonly windowStartMs: number;
  /**
   * Most that may be used and held together, in the metric's unit. undefined limits nothing, but goes on
   * counting if the window was limited before, so that it is right when it is limited again.
   */
  readonly cap: bigint | undefined;
}
