// Accounts: the tenants that own keys and money. People and their roles are identity's, balances are
// the ledger's.
export type { Account } from './account.ts';
export { accountReadHandlers, accountWriteHandlers } from './account-store.ts';
export { type Accounts, createAccounts } from './create-accounts.ts';
