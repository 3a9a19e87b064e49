// Money: wallets, holds, entries, budgets and price versions, each change in one transaction. It never
// forgives a debt, never edits an entry and never knows what a request said.
export { createLedger, type Ledger } from './create-ledger.ts';
export type {
  CallDetails,
  CompletionOutcome,
  HoldTerms,
  OpenHold,
  ReserveRefusal,
  ReserveResult,
  SettleResult,
} from './hold.ts';
export { ledgerReadHandlers, ledgerWriteHandlers } from './ledger-handlers.ts';
export type { LimitScope, LimitWindow } from './limit-window.ts';
export type { LedgerProblem, LedgerReport } from './verify-ledger-store.ts';
