// The database: opens it, migrates it and runs named operations in transactions. It knows no table's
// meaning; SQL lives in the stores of the domain modules.
export { acquireDirectoryLock, type DirectoryLock } from './acquire-directory-lock.ts';
export {
  type BoundOperations,
  bindOperations,
  type Database,
  type DatabaseHealth,
  type OperationHandlers,
  type StorageHandlers,
} from './operation.ts';
export type { Connection, Row } from './sqlite/connection.ts';
export { openSqliteDatabase, type SqliteDatabaseOptions } from './sqlite/open-sqlite-database.ts';
export { runStorageWorker } from './sqlite/run-storage-worker.ts';
