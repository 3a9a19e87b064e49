import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { apiKeyPattern, isWellFormedApiKey, newApiKey } from '../../src/keys/api-key.ts';

const page = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** As SECURITY.md describes it, written a second time. */
function documentedChecksum(key: string): string {
  let rest = crc32(key.slice(0, 51));
  let text = '';
  for (; rest > 0; rest = Math.floor(rest / 62)) text = `${digits[rest % 62]}${text}`;
  return text.padStart(6, '0');
}

test('the pattern for scanners is the pattern of the keys that are made', () => {
  const pattern = /^(sk_moon_\S+)$/m.exec(page)?.[1];
  assert.equal(`^${pattern}$`, apiKeyPattern.source);
});

test('the checksum rule for scanners tells real keys from chance hits', () => {
  for (let round = 0; round < 200; round += 1) {
    const key = newApiKey(randomBytes);
    assert.equal(key.slice(-6), documentedChecksum(key));
    const chance = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    assert.notEqual(chance.slice(-6), documentedChecksum(chance));
    assert.equal(isWellFormedApiKey(chance), false);
  }
});
