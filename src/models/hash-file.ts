import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const readBytes = 1_048_576;

/** sha256 in lower-case hex. */
export async function hashFile(path: string, signal: AbortSignal): Promise<string> {
  return (await feedHash(createHash('sha256'), path, signal)).digest('hex');
}

export async function feedHash(hash: Hash, path: string, signal: AbortSignal): Promise<Hash> {
  for await (const chunk of createReadStream(path, { highWaterMark: readBytes, signal })) {
    hash.update(chunk);
  }
  return hash;
}

/** Every GGUF file begins with these four letters; an error page saved under its name does not. */
export async function isGgufFile(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return bytesRead === 4 && buffer.toString('latin1') === 'GGUF';
  } finally {
    await handle.close();
  }
}
