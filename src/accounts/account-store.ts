import type { Connection, Row } from '../storage/index.ts';
import type { Account } from './account.ts';

function insertAccount(connection: Connection, account: Account): void {
  connection.run(
    'INSERT INTO account VALUES (?, ?, ?)',
    account.id,
    account.name,
    account.createdAtMs,
  );
}

/** Oldest first: the first one is the account that the first start made. */
function listAccounts(connection: Connection): Account[] {
  return connection.all('SELECT * FROM account ORDER BY created_at_ms, id').map(toAccount);
}

export const accountWriteHandlers = { 'accounts/insert': insertAccount };
export const accountReadHandlers = { 'accounts/list': listAccounts };

function toAccount(row: Row): Account {
  return { id: String(row.id), name: String(row.name), createdAtMs: Number(row.created_at_ms) };
}
