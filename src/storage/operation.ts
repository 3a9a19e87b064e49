import type { Connection } from './sqlite/connection.ts';

/**
 * A named operation: plain data in, plain data out, run inside a transaction on the writer's thread.
 * It evaluates all its guards before its first write, because a refusal does not roll back the batch.
 */
// biome-ignore lint/suspicious/noExplicitAny: handlers of many input types share one registry.
export type OperationHandler = (connection: Connection, input: any) => unknown;

export type OperationHandlers = Readonly<Record<string, OperationHandler>>;

export interface StorageHandlers {
  readonly write: OperationHandlers;
  /** Run on a read-only connection in a thread of their own; they see every acknowledged write. */
  readonly read: OperationHandlers;
}

/** What a store calls. */
export interface Database {
  write(name: string, input: unknown): Promise<unknown>;
  read(name: string, input: unknown): Promise<unknown>;
  /** A long read in a thread of its own, so that it keeps nobody waiting; up to ten minutes. */
  readAlone(name: string, input: unknown): Promise<unknown>;
  health(): DatabaseHealth;
  close(): Promise<void>;
}

export interface DatabaseHealth {
  /** Both threads live and the last write was committed. While one was not, a probe tries again every second. */
  readonly isWritable: boolean;
  readonly isReadable: boolean;
}

type InputOf<Handler> = Handler extends (connection: Connection, input: infer Input) => unknown
  ? Input
  : never;
type OutputOf<Handler> = Handler extends (...parameters: never[]) => infer Output ? Output : never;

export type BoundOperations<Handlers extends OperationHandlers> = {
  readonly [Name in keyof Handlers]: (
    input: InputOf<Handlers[Name]>,
  ) => Promise<OutputOf<Handlers[Name]>>;
};

/** Typed callers for a module's own handlers, e.g. `bindOperations(handlers, database.write)`. */
export function bindOperations<Handlers extends OperationHandlers>(
  handlers: Handlers,
  call: (name: string, input: unknown) => Promise<unknown>,
): BoundOperations<Handlers> {
  const entries = Object.keys(handlers).map((name) => [
    name,
    (input: unknown) => call(name, input),
  ]);
  return Object.fromEntries(entries) as BoundOperations<Handlers>;
}
