import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Every path that one model may take up in the model directory. */
export interface ModelFiles {
  readonly directory: string;
  readonly model: string;
  /** What was verified: size, time and hash of `model`. */
  readonly record: string;
  /** A download that can be resumed, and which version it is of. */
  readonly partial: string;
  readonly partialState: string;
  /** A complete file that is not yet in its place. */
  readonly staged: string;
  /** Working directory of a package tool. */
  readonly workspace: string;
  readonly lock: string;
}

export function modelFiles(directory: string, fileName: string): ModelFiles {
  const model = join(directory, fileName);
  return {
    directory,
    model,
    record: `${model}.verified.json`,
    partial: `${model}.partial`,
    partialState: `${model}.partial.json`,
    staged: `${model}.staged`,
    workspace: `${model}.workspace`,
    lock: `${model}.lock`,
  };
}

/** Throws Error with a message for the operator. An existing directory keeps its mode. */
export async function ensureModelDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Error(
      `The model directory ${directory} cannot be made (${fileErrorCode(cause)}). Choose another one with MOONGATE_MODEL_DIR.`,
      { cause },
    );
  }
}

/** `ENOSPC`, `EACCES` and so on; `unknown` for anything else. */
export function fileErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
