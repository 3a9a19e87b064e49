import { invariant } from '../core/index.ts';
import { builtInModels } from './built-in-models.ts';
import type { ModelEntry } from './model-entry.ts';

export interface Catalogue {
  /** Best answers first. */
  readonly entries: readonly ModelEntry[];
  /** Pulled at the first start when a hub answers and the machine is large enough. */
  readonly recommended: ModelEntry;
  /** Runs on any machine and needs no hub. */
  readonly floor: ModelEntry;
  find(id: string): ModelEntry | undefined;
}

const recommendedId = 'qwen3.5-2b';
const floorId = 'smollm2-135m-instruct';
const idPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const fileNamePattern = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}\.gguf$/;
const sha256Pattern = /^[0-9a-f]{64}$/;

/**
 * The built-in entries and the operator's own, which stand first. An own entry with the id of a
 * built-in one replaces it. Throws Error with a message for the operator when an own entry is wrong.
 */
export function createCatalogue(ownEntries: readonly ModelEntry[] = []): Catalogue {
  const own = new Map<string, ModelEntry>();
  for (const entry of ownEntries) {
    checkEntry(entry);
    if (own.has(entry.id)) throw new Error(`Model ${entry.id} is configured twice: remove one.`);
    own.set(entry.id, entry);
  }
  const builtIn = builtInModels.map((entry) => own.get(entry.id) ?? entry);
  const isNew = (entry: ModelEntry) => !builtIn.includes(entry);
  const entries = [...ownEntries.filter(isNew), ...builtIn];
  const find = (id: string) => entries.find((entry) => entry.id === id.toLowerCase());
  const recommended = find(recommendedId);
  const floor = find(floorId);
  invariant(recommended !== undefined && floor !== undefined, 'the built-in models are there');
  return { entries, recommended, floor, find };
}

function checkEntry(entry: ModelEntry): void {
  const fault = faultOf(entry);
  if (fault !== undefined) throw new Error(`Model ${JSON.stringify(entry.id)}: ${fault}`);
}

function faultOf(entry: ModelEntry): string | undefined {
  if (!idPattern.test(entry.id))
    return 'the id must be lower-case letters, digits, ".", "_" and "-".';
  // A plain name, so that no entry can lead out of the model directory.
  if (!fileNamePattern.test(entry.fileName))
    return 'fileName must be a plain name ending in ".gguf".';
  if (entry.sha256 !== undefined && !sha256Pattern.test(entry.sha256)) {
    return 'sha256 must be 64 lower-case hexadecimal digits.';
  }
  if (!Number.isSafeInteger(entry.sizeBytes) || entry.sizeBytes < 1) {
    return 'sizeBytes must be a positive whole number.';
  }
  if (entry.sources.length === 0) return 'give at least one source.';
  return undefined;
}
