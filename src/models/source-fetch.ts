import type { Egress } from '../egress/index.ts';
import type { ModelEntry } from './model-entry.ts';
import type { ModelFiles } from './model-files.ts';
import type { ReportBytes } from './progress-meter.ts';
import type { PullEnvironment } from './pull-environment.ts';

/** What a source works with. It writes below `files` only, and only while the caller holds the lock. */
export interface SourceContext {
  readonly entry: ModelEntry;
  readonly files: ModelFiles;
  readonly environment: PullEnvironment;
  readonly egress: Egress;
  readonly report: ReportBytes;
  readonly signal: AbortSignal;
}

/** A complete, flushed and verified file that only needs to be renamed into its place. */
export interface FetchedFile {
  readonly path: string;
  readonly sha256: string;
  /** In words, for the operator. */
  readonly source: string;
}

/** What the file must be, as far as it is known. */
export interface ExpectedFile {
  readonly sha256: string | undefined;
  /** Exact. */
  readonly sizeBytes: number | undefined;
}

export function expectedOf(entry: ModelEntry): ExpectedFile {
  return {
    sha256: entry.sha256,
    sizeBytes: entry.sha256 === undefined ? undefined : entry.sizeBytes,
  };
}
