/** How much memory the bodies of all requests together may take while they are not yet JSON. */
export class BytesInFlight {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Counts the bytes in any case, so that each `take` is followed by one `give`; false: too many. */
  take(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= this.#bytesMax;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}
