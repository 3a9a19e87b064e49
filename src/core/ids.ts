import { randomFillSync, randomUUID } from 'node:crypto';

/** `chatcmpl-` + 24 hex; the first 8 are the creation time in seconds, as on the page. */
export function newCompletionId(createdSeconds: number): string {
  const time = createdSeconds.toString(16).padStart(8, '0').slice(-8);
  return `chatcmpl-${time}${takeRandom(8).toString('hex')}`;
}

const timeCharacters = 12;
const randomCharacters = 20;

/** Begins with the time in milliseconds: rows that are written together then lie together on disk. */
export function newRequestId(nowMs = Date.now()): string {
  const time = nowMs.toString(16).padStart(timeCharacters, '0');
  return `req_${time}${randomUUID().replaceAll('-', '').slice(-randomCharacters)}`;
}

/** 21 URL-safe characters, the look of AI/ML API's `x-inference-id`. */
export function newInferenceId(): string {
  return takeRandom(16).toString('base64url').slice(0, 21);
}

const poolBytes = 4_096;
const pool = Buffer.alloc(poolBytes);
let poolOffset = poolBytes;

// Asking the system costs the same for 8 bytes and for 4,096. No byte is given out twice.
function takeRandom(size: number): Buffer {
  if (poolOffset + size > poolBytes) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += size;
  return pool.subarray(poolOffset - size, poolOffset);
}
