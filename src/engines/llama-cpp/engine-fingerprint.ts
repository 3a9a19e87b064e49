import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { LlamaCppSettings } from './llama-cpp-options.ts';

/** The engine's version as answers depend on it: the pinned library, and our own sampling and prompts. */
const engineVersion = 'node-llama-cpp 3.22.1, moongate 2';

/** Changes with the model file, the engine version and each setting that can change an answer. */
export function engineFingerprint(settings: LlamaCppSettings, modelSha256?: string): string {
  const { contextTokens, batchTokens, threads, gpu } = settings;
  const identity = [
    modelSha256 ?? fileIdentity(settings.modelFile),
    engineVersion,
    { contextTokens, batchTokens, threads, gpu },
  ];
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return `fp_${hash.slice(0, 12)}`;
}

/** A file that is not there yet is no error here: the host reports it when it loads. */
function fileIdentity(file: string): readonly unknown[] {
  const status = statSync(file, { throwIfNoEntry: false });
  return [basename(file), status?.size, status?.mtimeMs];
}
