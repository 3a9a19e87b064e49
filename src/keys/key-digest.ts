import { createHash, createHmac, createSecretKey } from 'node:crypto';

export interface KeyDigester {
  /** Says which pepper made a digest, without telling the pepper. */
  readonly pepperId: string;
  /** HMAC-SHA-256 of the whole key. */
  digest(key: string): Buffer;
}

/**
 * Keys are 256 random bits, so a fast keyed hash is enough; the pepper lives outside the database, so a
 * stolen database alone cannot confirm a guessed key.
 */
export function createKeyDigester(pepper: Uint8Array): KeyDigester {
  const secret = createSecretKey(pepper);
  return {
    pepperId: createHash('sha256')
      .update('moongate pepper id')
      .update(pepper)
      .digest('hex')
      .slice(0, 12),
    digest: (key) => createHmac('sha256', secret).update(key).digest(),
  };
}
