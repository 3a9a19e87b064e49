import { rm, stat } from 'node:fs/promises';
import type { Catalogue } from './catalogue.ts';
import { findInstalledModel } from './installed-model.ts';
import type { ModelEntry } from './model-entry.ts';
import { modelFiles } from './model-files.ts';
import { removePartial } from './partial-file.ts';
import { isPullLocked } from './pull-lock.ts';

export interface ListedModel {
  readonly entry: ModelEntry;
  readonly file: string;
  readonly isInstalled: boolean;
  /** On disk; 0 when it is not there. */
  readonly sizeBytes: number;
  /** Of a download that was interrupted and can be continued. */
  readonly partialBytes: number;
  readonly isDefault: boolean;
}

/** Every catalogue entry with what of it is on disk. */
export function listModels(
  catalogue: Catalogue,
  directory: string,
  defaultModelId: string | undefined,
): Promise<readonly ListedModel[]> {
  return Promise.all(
    catalogue.entries.map(async (entry) => {
      const files = modelFiles(directory, entry.fileName);
      const installed = await findInstalledModel(entry, directory);
      const partialBytes = await stat(files.partial).then(
        ({ size }) => size,
        () => 0,
      );
      return {
        entry,
        file: files.model,
        isInstalled: installed !== undefined,
        sizeBytes: installed?.sizeBytes ?? 0,
        partialBytes,
        isDefault: entry.id === defaultModelId,
      };
    }),
  );
}

/**
 * Removes the file and everything beside it. `busy`: a process is fetching it now, nothing was removed.
 * A server that has the file open keeps answering until it is restarted.
 */
export async function removeModel(
  entry: ModelEntry,
  directory: string,
): Promise<'removed' | 'absent' | 'busy'> {
  const files = modelFiles(directory, entry.fileName);
  if (await isPullLocked(files.lock)) return 'busy';
  const wasThere = await Promise.all([stat(files.model), stat(files.partial)].map(isFulfilled));
  await rm(files.model, { force: true });
  await rm(files.record, { force: true });
  await rm(files.staged, { force: true });
  await rm(files.workspace, { recursive: true, force: true });
  await removePartial(files);
  return wasThere.includes(true) ? 'removed' : 'absent';
}

function isFulfilled(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => true,
    () => false,
  );
}
