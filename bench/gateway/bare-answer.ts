/** What the server under test answered once; the baselines answer the same bytes of content. */
export interface BareAnswer {
  /** By `max_tokens` of the request. */
  readonly answers: Readonly<Record<string, object>>;
  readonly frames: readonly string[];
}
