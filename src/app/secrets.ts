import { hkdfSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
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
  const pepper = readOrMake(
    directory,
    pepperName,
    'Restore it from a backup: no API key works without it.',
  );
  return Buffer.from(pepper, 'base64url');
}

/** What the command line shows to a running server on this data directory. */
export function readPrivateApiToken(directory: DataDirectory): string {
  return readOrMake(
    directory,
    tokenName,
    'Stop the server and delete it: the next start makes another.',
  );
}

const secretForm = /^[A-Za-z0-9_-]{43}$/;

/** Anything but a whole secret is refused: a cut file would be taken for a short secret, or an empty one. */
function readOrMake(directory: DataDirectory, name: string, remedy: string): string {
  const existing = directory.read(name)?.trim();
  if (existing !== undefined) {
    if (secretForm.test(existing)) return existing;
    const file = join(directory.path, name);
    throw new Error(`${file} does not hold ${secretBytes} bytes in base64url. ${remedy}`);
  }
  const made = randomBytes(secretBytes).toString('base64url');
  directory.write(name, made);
  return made;
}
