import type { TokenUsage } from '../core/index.ts';
import type { LimitScope, LimitWindow } from './limit-window.ts';

/** What the usage record keeps of the call besides tokens and money. */
export interface CallDetails {
  readonly inferenceId: string;
  readonly clientRequestId: string | undefined;
  readonly servedModel: string;
  readonly deployment: string;
  readonly isStream: boolean;
}

export interface HoldTerms {
  /** The request id; a hold, its entry and its usage record share it. */
  readonly holdId: string;
  readonly accountId: string;
  readonly keyId: string;
  readonly model: string;
  readonly priceVersion: string;
  /** Upper bound of the cost. Cut to what wallet and budgets allow, never below the floor. */
  readonly amountNanoUsd: bigint;
  /** Cost of the prompt and one completion token: with less than this the request is refused. */
  readonly floorNanoUsd: bigint;
  readonly windows: readonly LimitWindow[];
  readonly call: CallDetails;
  readonly nowMs: number;
}

/** Money set aside for one request. Whoever has it must settle or void it exactly once. */
export interface OpenHold {
  readonly holdId: string;
  readonly amountNanoUsd: bigint;
}

export type ReserveRefusal =
  | { readonly kind: 'insufficient-credits' }
  | { readonly kind: 'budget-exceeded'; readonly scope: LimitScope }
  | { readonly kind: 'unknown-account' }
  | { readonly kind: 'duplicate-request' };

export type ReserveResult = ({ readonly kind: 'held' } & OpenHold) | ReserveRefusal;

export interface CompletionOutcome {
  readonly holdId: string;
  readonly usage: TokenUsage;
  readonly amountNanoUsd: bigint;
  readonly status: 'succeeded' | 'cancelled' | 'failed';
  readonly errorCode: string | undefined;
  readonly nowMs: number;
}

/** `already-ended` says that this hold was settled or voided before; nothing was written again. */
export type SettleResult = { readonly kind: 'settled' | 'already-ended' };
