import { bindOperations, type Database } from '../storage/index.ts';
import { type KeySpending, usageReadHandlers } from './usage-store.ts';

export interface Usage {
  /** What each key has spent since a moment, e.g. the first of the month. */
  keySpending(keyIds: readonly string[], sinceMs: number): Promise<KeySpending[]>;
}

export function createUsage(database: Database): Usage {
  const read = bindOperations(usageReadHandlers, database.read);
  return {
    keySpending: (keyIds, sinceMs) => read['usage/key-spending']({ keyIds, sinceMs }),
  };
}
