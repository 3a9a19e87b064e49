/** What the threads say to each other: arrays, so that one message carries all calls of a loop turn. */
export type CallMessage = readonly {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}[];

export type ReplyMessage = readonly (
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
)[];

export interface WorkerSettings {
  readonly role: 'writer' | 'reader';
  readonly file: string;
  readonly busyTimeoutMs: number;
  readonly startedAtMs: number;
}

/** First message of a worker once its connection is open and migrated. */
export interface ReadyMessage {
  readonly ready: true;
}
