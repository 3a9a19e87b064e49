import type { Connection, Row } from '../storage/index.ts';
import type { BudgetRetention, KeyBudget, KeyKind, KeyRecord } from './key-record.ts';

/** Fields of a record that a new key has no say in. */
type LaterFields = 'isDisabled' | 'isForeign' | 'updatedAtMs' | 'lastUsedAtMs';

export interface NewKey extends Omit<KeyRecord, LaterFields> {
  readonly digest: Uint8Array;
  readonly pepperId: string;
}

function insertKey(connection: Connection, key: NewKey): KeyRecord {
  connection.run(
    `INSERT INTO api_key (id, account_id, kind, name, prefix, digest, pepper_id, scopes, limit_retention,
       limit_nano_usd, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key.id,
    key.accountId,
    key.kind,
    key.name ?? null,
    key.prefix,
    key.digest,
    key.pepperId,
    scopesToText(key.scopes),
    key.budget?.retention ?? null,
    key.budget?.thresholdNanoUsd ?? null,
    key.createdAtMs,
    key.createdAtMs,
  );
  const { digest: _digest, pepperId: _pepperId, ...record } = key;
  return {
    ...record,
    isDisabled: false,
    isForeign: false,
    updatedAtMs: key.createdAtMs,
    lastUsedAtMs: undefined,
  };
}

export interface KeyAddress {
  readonly accountId: string;
  readonly prefix: string;
}

/** Says which pepper is the present one. */
interface PresentPepper {
  readonly pepperId: string;
}

export interface KeyChanges {
  readonly name?: string | undefined;
  readonly isDisabled?: boolean;
  readonly budget?: KeyBudget | undefined;
  readonly scopes?: readonly string[] | undefined;
}

/** A field that is absent stays; a field that is present and undefined is cleared. */
function updateKey(
  connection: Connection,
  input: KeyAddress & PresentPepper & { readonly changes: KeyChanges; readonly nowMs: number },
): KeyRecord | undefined {
  const row = findLiveRow(connection, input);
  if (row === undefined) return undefined;
  const changed: KeyRecord = {
    ...toKeyRecord(row, input),
    ...input.changes,
    updatedAtMs: input.nowMs,
  };
  connection.run(
    `UPDATE api_key SET name = ?, is_disabled = ?, scopes = ?, limit_retention = ?, limit_nano_usd = ?,
       updated_at_ms = ? WHERE id = ?`,
    changed.name ?? null,
    changed.isDisabled ? 1 : 0,
    scopesToText(changed.scopes),
    changed.budget?.retention ?? null,
    changed.budget?.thresholdNanoUsd ?? null,
    input.nowMs,
    changed.id,
  );
  return changed;
}

/** Marks the key as deleted; the row stays, because usage refers to it. */
function deleteKey(
  connection: Connection,
  input: KeyAddress & { readonly nowMs: number },
): boolean {
  const row = findLiveRow(connection, input);
  if (row === undefined) return false;
  connection.run('UPDATE api_key SET deleted_at_ms = ? WHERE id = ?', input.nowMs, row.id ?? null);
  return true;
}

function touchKeys(
  connection: Connection,
  input: { readonly used: readonly { readonly id: string; readonly atMs: number }[] },
): void {
  for (const { id, atMs } of input.used) {
    connection.run('UPDATE api_key SET last_used_at_ms = ? WHERE id = ?', atMs, id);
  }
}

/** The digest is unique, so at most one key answers; deleted keys never do. */
function findKeyByDigest(
  connection: Connection,
  input: PresentPepper & { readonly digest: Uint8Array },
): { readonly record: KeyRecord; readonly digest: Uint8Array } | undefined {
  const row = connection.get(
    'SELECT * FROM api_key WHERE digest = ? AND deleted_at_ms IS NULL',
    input.digest,
  );
  if (row === undefined) return undefined;
  return { record: toKeyRecord(row, input), digest: row.digest as Uint8Array };
}

/** Oldest first, as AI/ML API lists them. */
function listKeys(
  connection: Connection,
  input: PresentPepper & { readonly accountId: string },
): KeyRecord[] {
  return connection
    .all(
      'SELECT * FROM api_key WHERE account_id = ? AND deleted_at_ms IS NULL ORDER BY created_at_ms, id',
      input.accountId,
    )
    .map((row) => toKeyRecord(row, input));
}

/** Live, enabled keys of this pepper, of all accounts; a server without any must not face the network. */
function countUsableKeys(connection: Connection, input: PresentPepper): number {
  const row = connection.get(
    `SELECT count(*) AS keys FROM api_key
     WHERE deleted_at_ms IS NULL AND is_disabled = 0 AND pepper_id = ?`,
    input.pepperId,
  );
  return Number(row?.keys);
}

/** Live keys whose digest was made with another pepper: nobody can ever use them under this one. */
function countForeignKeys(connection: Connection, input: PresentPepper): number {
  const row = connection.get(
    'SELECT count(*) AS keys FROM api_key WHERE deleted_at_ms IS NULL AND pepper_id <> ?',
    input.pepperId,
  );
  return Number(row?.keys);
}

/** Also deleted keys count: an account whose keys were all deleted does not get a new first one. */
function hasEverExisted(connection: Connection, input: { readonly accountId: string }): boolean {
  return (
    connection.get('SELECT 1 FROM api_key WHERE account_id = ?', input.accountId) !== undefined
  );
}

export const keyWriteHandlers = {
  'keys/insert': insertKey,
  'keys/update': updateKey,
  'keys/delete': deleteKey,
  'keys/touch': touchKeys,
};

export const keyReadHandlers = {
  'keys/find-by-digest': findKeyByDigest,
  'keys/list': listKeys,
  'keys/count-usable': countUsableKeys,
  'keys/count-foreign': countForeignKeys,
  'keys/has-ever-existed': hasEverExisted,
};

function findLiveRow(connection: Connection, { accountId, prefix }: KeyAddress): Row | undefined {
  return connection.get(
    'SELECT * FROM api_key WHERE account_id = ? AND prefix = ? AND deleted_at_ms IS NULL',
    accountId,
    prefix,
  );
}

function toKeyRecord(row: Row, { pepperId }: PresentPepper): KeyRecord {
  const retention = row.limit_retention as BudgetRetention | null;
  return {
    id: String(row.id),
    accountId: String(row.account_id),
    kind: row.kind as KeyKind,
    name: row.name === null ? undefined : String(row.name),
    prefix: String(row.prefix),
    isDisabled: row.is_disabled === 1n,
    isForeign: row.pepper_id !== pepperId,
    scopes: row.scopes === null ? undefined : (JSON.parse(String(row.scopes)) as string[]),
    budget:
      retention === null
        ? undefined
        : { retention, thresholdNanoUsd: row.limit_nano_usd as bigint },
    createdAtMs: Number(row.created_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    lastUsedAtMs: row.last_used_at_ms === null ? undefined : Number(row.last_used_at_ms),
  };
}

function scopesToText(scopes: readonly string[] | undefined): string | null {
  return scopes === undefined ? null : JSON.stringify(scopes);
}
