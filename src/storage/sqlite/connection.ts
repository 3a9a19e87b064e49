import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** One SQLite connection. Integers are read as BigInt: money must not pass through a double. */
export interface Connection {
  /** Runs a writing statement; resolves to the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** The first row, or undefined. */
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  /** Several statements without values, for pragmas and migrations. */
  execute(sql: string): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly file: string;
  readonly isReadOnly: boolean;
  /** How long a statement waits for a lock of another connection. */
  readonly busyTimeoutMs: number;
}

const walPagesMax = 4_000;

export function openConnection(options: ConnectionOptions): Connection {
  const database = new DatabaseSync(options.file, {
    readOnly: options.isReadOnly,
    timeout: options.busyTimeoutMs,
    readBigInts: true,
    enableForeignKeyConstraints: true,
  });
  if (!options.isReadOnly) {
    // FULL: a commit that was acknowledged survives a power cut, which NORMAL in WAL mode does not promise.
    database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=0;
      PRAGMA wal_autocheckpoint=${walPagesMax};`);
  }
  return wrapDatabase(database);
}

function wrapDatabase(database: DatabaseSync): Connection {
  // The set of SQL texts is fixed in the stores, so this map cannot grow without bound.
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    run: (sql, ...values) => Number(prepare(sql).run(...values).changes),
    get: (sql, ...values) => prepare(sql).get(...values),
    all: (sql, ...values) => prepare(sql).all(...values),
    execute: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}
