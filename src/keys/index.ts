// API keys: their form, their digests, who may use them and what they may spend. It never stores a key
// and never says why one was refused.
export { type CreateKeyInput, createKeys, type Keys } from './create-keys.ts';
export { createKeyDigester, type KeyDigester } from './key-digest.ts';
export type { BudgetRetention, KeyBudget, KeyKind, KeyRecord } from './key-record.ts';
export {
  type KeyAddress,
  type KeyChanges,
  keyReadHandlers,
  keyWriteHandlers,
} from './key-store.ts';
