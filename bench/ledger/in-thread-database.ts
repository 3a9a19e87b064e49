import { accountReadHandlers, accountWriteHandlers } from '../../src/accounts/index.ts';
import { ledgerReadHandlers, ledgerWriteHandlers } from '../../src/ledger/index.ts';
import type { Connection, Database, OperationHandlers } from '../../src/storage/index.ts';
import { openConnection } from '../../src/storage/sqlite/connection.ts';
import { migrate, readMigrations } from '../../src/storage/sqlite/migrate.ts';

const busyTimeoutMs = 5_000;
const writeHandlers: OperationHandlers = { ...accountWriteHandlers, ...ledgerWriteHandlers };
const readHandlers: OperationHandlers = { ...accountReadHandlers, ...ledgerReadHandlers };

/**
 * The baseline: the same operations on the same schema, each in a transaction of its own, in the
 * caller's thread. It pays no thread hop, and it blocks the loop for every commit.
 */
export function openInThreadDatabase(file: string): Database {
  const connection = openConnection({ file, isReadOnly: false, busyTimeoutMs });
  migrate(connection, readMigrations(), Date.now());
  return {
    write: async (name, input) => inTransaction(connection, writeHandlers, name, input),
    read: async (name, input) => readHandlers[name]?.(connection, input),
    readAlone: async (name, input) => readHandlers[name]?.(connection, input),
    health: () => ({ isWritable: true, isReadable: true }),
    close: async () => connection.close(),
  };
}

function inTransaction(
  connection: Connection,
  handlers: OperationHandlers,
  name: string,
  input: unknown,
): unknown {
  const handler = handlers[name];
  if (handler === undefined) throw new Error(`there is no operation ${name}`);
  connection.execute('BEGIN IMMEDIATE');
  try {
    const result = handler(connection, input);
    connection.execute('COMMIT');
    return result;
  } catch (error) {
    connection.execute('ROLLBACK');
    throw error;
  }
}
