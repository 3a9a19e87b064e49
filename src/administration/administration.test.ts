import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openTestDatabase } from '../../test/support/open-test-database.ts';
import { createAccounts } from '../accounts/index.ts';
import { PlatformError, systemClock } from '../core/index.ts';
import { createKeyDigester, createKeys } from '../keys/index.ts';
import { createLedger } from '../ledger/index.ts';
import { createAdministration } from './create-administration.ts';

test('a grant under a reference is given once, said so, and refused with another amount', async (context) => {
  const database = await openTestDatabase(context);
  const { id } = await createAccounts(database, systemClock).create('test');
  const keys = createKeys(database, createKeyDigester(randomBytes(32)), systemClock);
  const ledger = createLedger(database, systemClock);
  const administration = createAdministration({ keys, ledger }, id);
  const grant = async (credits: bigint) => {
    const granted = await administration.grantCredits(credits, undefined, 'invoice 7');
    return { outcome: granted.outcome, credits: granted.credits };
  };
  assert.deepEqual(await grant(1_000n), { outcome: 'granted', credits: 1_000n });
  assert.deepEqual(await grant(1_000n), { outcome: 'already-granted', credits: 1_000n });
  await assert.rejects(
    grant(2_000n),
    (error) =>
      error instanceof PlatformError &&
      error.code === 'request/invalid' &&
      error.param === 'reference' &&
      error.message.includes('1000 credits'),
  );
  assert.equal((await administration.balance()).credits, 1_000n);
});
