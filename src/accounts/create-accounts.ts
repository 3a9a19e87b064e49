import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/index.ts';
import { bindOperations, type Database } from '../storage/index.ts';
import type { Account } from './account.ts';
import { accountReadHandlers, accountWriteHandlers } from './account-store.ts';

export interface Accounts {
  create(name: string): Promise<Account>;
  list(): Promise<Account[]>;
}

export function createAccounts(database: Database, clock: Clock): Accounts {
  const write = bindOperations(accountWriteHandlers, database.write);
  const read = bindOperations(accountReadHandlers, database.read);
  return {
    async create(name) {
      const account = { id: randomUUID(), name, createdAtMs: clock.nowMs() };
      await write['accounts/insert'](account);
      return account;
    },
    list: () => read['accounts/list'](undefined as never),
  };
}
