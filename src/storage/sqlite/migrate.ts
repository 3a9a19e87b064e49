import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Connection } from './connection.ts';

export interface Migration {
  /** `0001_init`; the order is the order of names. */
  readonly name: string;
  readonly sql: string;
}

const suffix = '.sqlite.sql';
const sqliteVersionMin = [3, 51, 3] as const;

export function readMigrations(folder = new URL('../migrations/', import.meta.url)): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .sort()
    .map((file) => ({
      name: file.slice(0, -suffix.length),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }));
}

/**
 * Brings the schema up to date, forward only. Throws when the database holds a migration that this
 * version does not know, or knows with other contents: running on would write into an unknown schema.
 */
export function migrate(
  connection: Connection,
  migrations: readonly Migration[],
  nowMs: number,
): void {
  checkSqliteVersion(connection);
  connection.execute(`CREATE TABLE IF NOT EXISTS migration (
    name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT`);
  connection.execute('BEGIN EXCLUSIVE');
  try {
    const applied = new Map(
      connection
        .all('SELECT name, checksum FROM migration ORDER BY name')
        .map((row) => [String(row.name), String(row.checksum)]),
    );
    refuseUnknown(applied, migrations);
    for (const migration of migrations) {
      const checksum = createHash('sha256').update(migration.sql).digest('hex');
      if (applied.has(migration.name)) {
        if (applied.get(migration.name) === checksum) continue;
        throw new Error(
          `Migration ${migration.name} was changed after it had been applied. Install the Moongate version that wrote this database.`,
        );
      }
      connection.execute(migration.sql);
      connection.run('INSERT INTO migration VALUES (?, ?, ?)', migration.name, checksum, nowMs);
    }
    connection.execute('COMMIT');
  } catch (error) {
    connection.execute('ROLLBACK');
    throw error;
  }
}

function refuseUnknown(
  applied: ReadonlyMap<string, string>,
  migrations: readonly Migration[],
): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The database was written by a newer Moongate (unknown migrations: ${unknown.join(', ')}). Start that version, or restore a backup.`,
  );
}

/** SQLite 3.7.0 to 3.51.2 can corrupt the database when it resets the WAL (sqlite.org, 3.51.3 release notes). */
function checkSqliteVersion(connection: Connection): void {
  const version = String(connection.get('SELECT sqlite_version() AS version')?.version);
  const parts = version.split('.').map(Number);
  for (const [index, least] of sqliteVersionMin.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new Error(`SQLite ${version} is too old; Moongate needs 3.51.3 or newer.`);
  }
}
