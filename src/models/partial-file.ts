import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { feedHash } from './hash-file.ts';
import type { ModelFiles } from './model-files.ts';

interface PartialState {
  /** The address it comes from; another address is another version. */
  readonly sourceKey: string;
  readonly etag: string;
}

/**
 * A download on disk that can be continued. Bytes are only ever added to the version that the ETag
 * beside it names; without a strong ETag it starts over.
 */
export class PartialFile {
  readonly #files: ModelFiles;
  readonly #sourceKey: string;
  readonly #handle: FileHandle;
  #hash: Hash = createHash('sha256');
  #etag: string | undefined;
  #bytesDone = 0;

  private constructor(files: ModelFiles, sourceKey: string, handle: FileHandle) {
    this.#files = files;
    this.#sourceKey = sourceKey;
    this.#handle = handle;
  }

  /** Hashes what is there already, if it can be continued. */
  static async open(
    files: ModelFiles,
    sourceKey: string,
    signal: AbortSignal,
  ): Promise<PartialFile> {
    const etag = await savedEtag(files, sourceKey);
    const handle = await open(files.partial, etag === undefined ? 'w' : 'r+', 0o600);
    const partial = new PartialFile(files, sourceKey, handle);
    try {
      if (etag !== undefined) {
        await feedHash(partial.#hash, files.partial, signal);
        partial.#bytesDone = (await handle.stat()).size;
        partial.#etag = etag;
      }
      return partial;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytesDone(): number {
    return this.#bytesDone;
  }

  /** Strong ETag of the version; undefined means it cannot be continued. */
  get etag(): string | undefined {
    return this.#etag;
  }

  /** Starts over with the version that `etag` names. */
  async restart(etag: string | undefined): Promise<void> {
    // The old state goes first: it must never stand beside bytes of another version.
    await rm(this.#files.partialState, { force: true });
    await this.#handle.truncate(0);
    this.#bytesDone = 0;
    this.#hash = createHash('sha256');
    this.#etag = etag !== undefined && !etag.startsWith('W/') ? etag : undefined;
    if (this.#etag === undefined) return;
    const state: PartialState = { sourceKey: this.#sourceKey, etag: this.#etag };
    await writeFile(this.#files.partialState, JSON.stringify(state), { mode: 0o600 });
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(
        chunk,
        offset,
        chunk.length - offset,
        this.#bytesDone + offset,
      );
      offset += bytesWritten;
    }
    this.#hash.update(chunk);
    this.#bytesDone += chunk.length;
  }

  /** sha256 of everything so far. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export async function removePartial(files: ModelFiles): Promise<void> {
  await rm(files.partialState, { force: true });
  await rm(files.partial, { force: true });
}

async function savedEtag(files: ModelFiles, sourceKey: string): Promise<string | undefined> {
  try {
    await stat(files.partial);
    const state: Partial<PartialState> = JSON.parse(await readFile(files.partialState, 'utf8'));
    return state.sourceKey === sourceKey && typeof state.etag === 'string' ? state.etag : undefined;
  } catch {
    return undefined;
  }
}
