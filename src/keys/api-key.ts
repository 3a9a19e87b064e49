import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const brand = 'sk_moon_';
const secretCharacters = 43;
const checksumCharacters = 6;
const secretBytes = 32;

/** Scanners can find leaked keys with this pattern and rule out chance hits with the checksum. */
export const apiKeyPattern = new RegExp(
  `^${brand}[0-9A-Za-z]{${secretCharacters + checksumCharacters}}$`,
);

/** Characters of a key that may be shown and that name it in URLs: the brand and 8 of its 43 random ones. */
export const prefixCharacters = brand.length + 8;

/** `sk_moon_` + 43 base62 characters (256 random bits) + 6 base62 characters of their CRC-32. */
export function newApiKey(randomBytes: (size: number) => Uint8Array): string {
  const secret =
    brand +
    toBase62(
      BigInt(`0x${Buffer.from(randomBytes(secretBytes)).toString('hex')}`),
      secretCharacters,
    );
  return secret + checksum(secret);
}

/** False for anything that cannot be one of our keys; costs no look-up and tells nothing about real keys. */
export function isWellFormedApiKey(token: string): boolean {
  if (!apiKeyPattern.test(token)) return false;
  const end = token.length - checksumCharacters;
  return token.slice(end) === checksum(token.slice(0, end));
}

function checksum(text: string): string {
  return toBase62(BigInt(crc32(text)), checksumCharacters);
}

function toBase62(value: bigint, characters: number): string {
  let rest = value;
  let text = '';
  while (text.length < characters) {
    text = alphabet.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}
