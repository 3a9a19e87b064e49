import { hkdfSync, randomBytes } from 'node:crypto';
import type { DataDirectory } from './open-data-directory.ts';

const pepperName = 'key-pepper';
const tokenName = 'private-api-token';
const secretBytes = 32;
const secretCharactersMin = 32;

/** The key pepper: MOONGATE_SECRET when set, else a file of its own, made at the first start. */
export function readKeyPepper(directory: DataDirectory, secret: string): Uint8Array {
  if (secret !== '') {
    if (secret.length < secretCharactersMin) {
      throw new Error(
        `MOONGATE_SECRET must have at least ${secretCharactersMin} characters, e.g. from \`openssl rand -base64 32\`.`,
      );
    }
    return new Uint8Array(hkdfSync('sha256', secret, '', 'moongate key pepper', secretBytes));
  }
  return Buffer.from(readOrMake(directory, pepperName), 'base64url');
}

/** What the command line shows to a running server on this data directory. */
export function readPrivateApiToken(directory: DataDirectory): string {
  return readOrMake(directory, tokenName);
}

function readOrMake(directory: DataDirectory, name: string): string {
  const existing = directory.read(name)?.trim();
  if (existing !== undefined && existing !== '') return existing;
  const made = randomBytes(secretBytes).toString('base64url');
  directory.write(name, made);
  return made;
}
