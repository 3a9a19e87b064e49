/** Limits of the HTTP server. */
export interface HttpSettings {
  readonly bodyBytesMax: number;
  /** Bytes of all bodies that are being received or wait to be parsed. */
  readonly bodyBytesInFlightMax: number;
  /** Nesting of objects and arrays in a request body. */
  readonly bodyDepthMax: number;
  readonly connectionsMax: number;
  readonly headersBytesMax: number;
  /** From the first byte of a request to the end of its headers. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the end of its body; answering has no such limit. */
  readonly receiveTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** How long a stream waits, in the queue and for its first event, before it commits to status 200. */
  readonly firstEventWaitMs: number;
  /** Silence after which a stream gets a comment line. */
  readonly streamCommentMs: number;
  /** A client that reads nothing for so long is dropped. */
  readonly drainTimeoutMs: number;
  /** Unsent bytes of one stream after which the engine is no longer read. */
  readonly streamBufferBytesMax: number;
}

export const defaultHttpSettings: HttpSettings = {
  bodyBytesMax: 4 * 1024 * 1024,
  bodyBytesInFlightMax: 256 * 1024 * 1024,
  bodyDepthMax: 64,
  connectionsMax: 4096,
  headersBytesMax: 16 * 1024,
  headersTimeoutMs: 10_000,
  receiveTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  firstEventWaitMs: 10_000,
  streamCommentMs: 10_000,
  drainTimeoutMs: 60_000,
  streamBufferBytesMax: 256 * 1024,
};
