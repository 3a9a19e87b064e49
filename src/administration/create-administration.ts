import { randomUUID } from 'node:crypto';
import { creditsToNanoUsd, invariant, nanoUsdToCredits, PlatformError } from '../core/index.ts';
import type { KeyBudget, KeyChanges, KeyKind, KeyRecord, Keys } from '../keys/index.ts';
import type { Ledger, LedgerReport } from '../ledger/index.ts';

export interface NewKeySettings {
  readonly kind: KeyKind;
  readonly name: string | undefined;
  readonly budget: KeyBudget | undefined;
}

export interface CreditBalance {
  readonly credits: bigint;
  readonly heldCredits: bigint;
  readonly postedNanoUsd: bigint;
}

export interface GrantedCredits extends CreditBalance {
  readonly outcome: 'granted' | 'already-granted';
}

/** What an operator does to the one account of this installation. */
export interface Administration {
  createKey(
    settings: NewKeySettings,
  ): Promise<{ readonly key: string; readonly record: KeyRecord }>;
  listKeys(): Promise<KeyRecord[]>;
  /** Throws `keys/not-found` when no live key has this prefix. */
  changeKey(prefix: string, changes: KeyChanges): Promise<KeyRecord>;
  deleteKey(prefix: string): Promise<void>;
  /**
   * The same ref is granted once; without one every call grants. Throws `request/invalid` when another
   * amount was granted under it.
   */
  grantCredits(
    credits: bigint,
    note: string | undefined,
    ref: string | undefined,
  ): Promise<GrantedCredits>;
  balance(): Promise<CreditBalance>;
  verifyLedger(): Promise<LedgerReport>;
}

export function createAdministration(
  parts: { readonly keys: Keys; readonly ledger: Ledger },
  accountId: string,
): Administration {
  const { keys, ledger } = parts;
  const balance = async () => {
    const found = await ledger.balance(accountId);
    const postedNanoUsd = found?.postedNanoUsd ?? 0n;
    return {
      credits: nanoUsdToCredits(postedNanoUsd),
      heldCredits: nanoUsdToCredits(found?.heldNanoUsd ?? 0n),
      postedNanoUsd,
    };
  };
  return {
    createKey: (settings) => keys.create({ ...settings, accountId, scopes: undefined }),
    listKeys: () => keys.list(accountId),
    async changeKey(prefix, changes) {
      const record = await keys.update({ accountId, prefix }, changes);
      if (record === undefined) throw unknownKey(prefix);
      return record;
    },
    async deleteKey(prefix) {
      if (!(await keys.delete({ accountId, prefix }))) throw unknownKey(prefix);
    },
    async grantCredits(credits, note, ref) {
      const amountNanoUsd = creditsToNanoUsd(credits);
      const grant = { accountId, amountNanoUsd, ref: ref ?? randomUUID(), note };
      const granted = await ledger.grant(grant);
      invariant(granted.kind !== 'unknown-account', 'the account of the installation exists');
      if (granted.kind === 'already-granted' && granted.amountNanoUsd !== amountNanoUsd) {
        throw referenceTaken(grant.ref, granted.amountNanoUsd);
      }
      return { ...(await balance()), outcome: granted.kind };
    },
    balance,
    verifyLedger: () => ledger.verify(),
  };
}

function unknownKey(prefix: string): PlatformError {
  return new PlatformError(
    'keys/not-found',
    `No key has the prefix \`${prefix.slice(0, 40)}\`. \`moongate key list\` shows them.`,
    { param: 'prefix' },
  );
}

function referenceTaken(reference: string, amountNanoUsd: bigint): PlatformError {
  return new PlatformError(
    'request/invalid',
    `Under the reference \`${reference.slice(0, 40)}\` ${nanoUsdToCredits(amountNanoUsd)} credits were granted before. Nothing was granted now; choose another reference for another grant.`,
    { param: 'reference' },
  );
}
