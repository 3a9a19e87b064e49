import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../core/index.ts';
import { bindOperations, type Database } from '../storage/index.ts';
import { isWellFormedApiKey, newApiKey, prefixCharacters } from './api-key.ts';
import type { KeyDigester } from './key-digest.ts';
import type { KeyBudget, KeyKind, KeyRecord } from './key-record.ts';
import {
  type KeyAddress,
  type KeyChanges,
  keyReadHandlers,
  keyWriteHandlers,
} from './key-store.ts';

export interface CreateKeyInput {
  readonly accountId: string;
  readonly kind: KeyKind;
  readonly name: string | undefined;
  readonly budget: KeyBudget | undefined;
  readonly scopes: readonly string[] | undefined;
}

export interface Keys {
  /** The only moment at which the key itself is known: show it once, then forget it. */
  create(input: CreateKeyInput): Promise<{ readonly key: string; readonly record: KeyRecord }>;
  /** undefined for every key that may not be used; the caller cannot tell why, and neither can a stranger. */
  verify(token: string): Promise<KeyRecord | undefined>;
  list(accountId: string): Promise<KeyRecord[]>;
  update(address: KeyAddress, changes: KeyChanges): Promise<KeyRecord | undefined>;
  delete(address: KeyAddress): Promise<boolean>;
  countUsable(): Promise<number>;
  /** Keys that a changed or lost pepper has made unusable. */
  countForeign(): Promise<number>;
  /** Also true when all keys of the account have been deleted. */
  hasEverExisted(accountId: string): Promise<boolean>;
  /** Writes the last-used times that are still in memory. */
  flush(): Promise<void>;
}

const cachedKeysMax = 10_000;
const cachedKeyMs = 30_000;
const unknownKeyMs = 5_000;

export function createKeys(database: Database, digester: KeyDigester, clock: Clock): Keys {
  const { pepperId } = digester;
  const write = bindOperations(keyWriteHandlers, database.write);
  const read = bindOperations(keyReadHandlers, database.read);
  const cache = new LRUCache<string, { record: KeyRecord | undefined }>({ max: cachedKeysMax });
  const lastUsed = new Map<string, number>();
  let changes = 0;

  /** Also after a failure: a change whose outcome is unknown may have been made. */
  const changing = async <Result>(change: Promise<Result>): Promise<Result> => {
    try {
      return await change;
    } finally {
      changes += 1;
      cache.clear();
    }
  };
  const lookUp = async (token: string): Promise<KeyRecord | undefined> => {
    const cacheKey = hash('sha256', token, 'base64url');
    const cached = cache.get(cacheKey);
    if (cached !== undefined) return cached.record;
    if (!isWellFormedApiKey(token)) return undefined;
    const digest = digester.digest(token);
    const changesBefore = changes;
    const found = await read['keys/find-by-digest']({ digest, pepperId });
    const isSame = found !== undefined && timingSafeEqual(found.digest, digest);
    const record = isSame ? found.record : undefined;
    // A key that was disabled while the read was under way must not come back through the cache.
    if (changes === changesBefore) {
      cache.set(cacheKey, { record }, { ttl: record === undefined ? unknownKeyMs : cachedKeyMs });
    }
    return record;
  };

  return {
    async create(input) {
      const key = newApiKey(randomBytes);
      const inserting = write['keys/insert']({
        ...input,
        id: randomUUID(),
        prefix: key.slice(0, prefixCharacters),
        digest: digester.digest(key),
        pepperId,
        createdAtMs: clock.nowMs(),
      });
      const record = await changing(inserting);
      return { key, record };
    },
    async verify(token) {
      const record = await lookUp(token);
      if (record === undefined || record.isDisabled) return undefined;
      lastUsed.set(record.id, clock.nowMs());
      return record;
    },
    list: (accountId) => read['keys/list']({ accountId, pepperId }),
    update: (address, keyChanges) =>
      changing(
        write['keys/update']({
          ...address,
          pepperId,
          changes: keyChanges,
          nowMs: clock.nowMs(),
        }),
      ),
    delete: (address) => changing(write['keys/delete']({ ...address, nowMs: clock.nowMs() })),
    countUsable: () => read['keys/count-usable']({ pepperId }),
    countForeign: () => read['keys/count-foreign']({ pepperId }),
    hasEverExisted: (accountId) => read['keys/has-ever-existed']({ accountId }),
    async flush() {
      if (lastUsed.size === 0) return;
      const used = [...lastUsed].map(([id, atMs]) => ({ id, atMs }));
      lastUsed.clear();
      await write['keys/touch']({ used });
    },
  };
}
