import { hrtime } from 'node:process';

/** What the threads say to each other: arrays, so that one message carries all calls of a loop turn. */
export type CallMessage = readonly {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
  /** On the clock of `monotonicMs`: from here on the call is refused instead of performed. */
  readonly deadlineMs: number;
}[];

export interface ReplyMessage {
  readonly replies: readonly (
    | { readonly id: number; readonly value: unknown }
    | { readonly id: number; readonly error: string }
  )[];
  /** False when the file could not be written (or, by the reader, read): locked, full, broken. */
  readonly isFileWell: boolean;
}

export interface WorkerSettings {
  readonly role: 'writer' | 'reader';
  readonly file: string;
  readonly busyTimeoutMs: number;
  readonly startedAtMs: number;
  /**
   * One cell: the highest id of the calls that the writer has begun. It writes the cell before it looks
   * at the deadlines, so a caller past its deadline whose id is above the cell knows that its call will
   * never be performed.
   */
  readonly begun: BigInt64Array;
}

/** First message of a worker once its connection is open and migrated. */
export interface ReadyMessage {
  readonly ready: true;
}

/** Monotonic, and the same in all threads of the process, which `performance.now()` is not. */
export function monotonicMs(): number {
  return Number(hrtime.bigint() / 1_000n) / 1_000;
}
