import type { Clock, Price } from '../core/index.ts';
import { bindOperations, type Database } from '../storage/index.ts';
import type { Balance, GrantInput, GrantResult } from './entry-store.ts';
import type { CompletionOutcome, HoldTerms, ReserveResult, SettleResult } from './hold.ts';
import type { CheckpointInput, ExtendInput } from './hold-store.ts';
import { ledgerReadHandlers, ledgerWriteHandlers } from './ledger-handlers.ts';
import type { PriceVersionInput } from './price-version-store.ts';
import type { RecoveryReport } from './recover-store.ts';
import type { LedgerReport } from './verify-ledger-store.ts';

type WithoutTime<Input> = Omit<Input, 'nowMs'>;

/** Every method is one durable transaction; it resolves after the commit, or rejects with `storage/unavailable`. */
export interface Ledger {
  reserve(terms: WithoutTime<HoldTerms>): Promise<ReserveResult>;
  extend(input: ExtendInput): Promise<{ readonly isGranted: boolean }>;
  settle(outcome: WithoutTime<CompletionOutcome>): Promise<SettleResult>;
  void(outcome: Omit<CompletionOutcome, 'nowMs' | 'amountNanoUsd'>): Promise<SettleResult>;
  checkpoint(input: CheckpointInput): Promise<void>;
  grant(input: WithoutTime<GrantInput>): Promise<GrantResult>;
  balance(accountId: string): Promise<Balance | undefined>;
  ensurePriceVersion(input: WithoutTime<PriceVersionInput>): Promise<Price>;
  /** Before the first request only: ends what a dead process left open. */
  recover(): Promise<RecoveryReport>;
  verify(): Promise<LedgerReport>;
}

export function createLedger(database: Database, clock: Clock): Ledger {
  const write = bindOperations(ledgerWriteHandlers, database.write);
  const read = bindOperations(ledgerReadHandlers, database.read);
  const readAlone = bindOperations(ledgerReadHandlers, database.readAlone);
  return {
    reserve: (terms) => write['ledger/reserve']({ ...terms, nowMs: clock.nowMs() }),
    extend: (input) => write['ledger/extend'](input),
    settle: (outcome) => write['ledger/settle']({ ...outcome, nowMs: clock.nowMs() }),
    void: (outcome) => write['ledger/void']({ ...outcome, nowMs: clock.nowMs() }),
    checkpoint: (input) => write['ledger/checkpoint'](input),
    grant: (input) => write['ledger/grant']({ ...input, nowMs: clock.nowMs() }),
    balance: (accountId) => read['ledger/balance']({ accountId }),
    ensurePriceVersion: (input) =>
      write['ledger/ensure-price-version']({ ...input, nowMs: clock.nowMs() }),
    recover: () => write['ledger/recover']({ nowMs: clock.nowMs() }),
    verify: () => readAlone['ledger/verify'](undefined as never),
  };
}
