import type { Accounts } from '../accounts/index.ts';
import { creditsToNanoUsd } from '../core/index.ts';
import type { Keys } from '../keys/index.ts';
import type { Ledger } from '../ledger/index.ts';

export interface FirstStart {
  readonly accountId: string;
  /** The first API key, in full; undefined when there is one already or none was wanted. */
  readonly firstKey: string | undefined;
}

export interface FirstStartParts {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly keys: Keys;
}

export interface FirstStartOptions {
  readonly startingCredits: bigint;
  /** The server makes a first key and shows it; a single command must not make one that nobody sees. */
  readonly makesFirstKey: boolean;
}

/**
 * Makes sure that there is an account: the first start makes one with its starting credits and a key.
 * Safe to repeat after a crash at any point: an account without a wallet has not had its credits yet.
 */
export async function setUpFirstStart(
  { accounts, ledger, keys }: FirstStartParts,
  options: FirstStartOptions,
): Promise<FirstStart> {
  const [existing] = await accounts.list();
  const { id: accountId } = existing ?? (await accounts.create('default'));
  if ((await ledger.balance(accountId)) === undefined) {
    await ledger.grant({
      accountId,
      amountNanoUsd: creditsToNanoUsd(options.startingCredits),
      ref: `starting-credits ${accountId}`,
      note: 'starting credits',
    });
  }
  if (!options.makesFirstKey || (await keys.hasEverExisted(accountId))) {
    return { accountId, firstKey: undefined };
  }
  const { key: firstKey } = await keys.create({
    accountId,
    kind: 'inference',
    name: 'first key',
    budget: undefined,
    scopes: undefined,
  });
  return { accountId, firstKey };
}
