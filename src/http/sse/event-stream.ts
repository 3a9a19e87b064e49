import type { ServerResponse } from 'node:http';
import type { StartTimer, StreamTimer } from './stream-timer.ts';

export interface EventStreamOptions {
  readonly streamCommentMs: number;
  readonly drainTimeoutMs: number;
  readonly streamBufferBytesMax: number;
  readonly startTimer: StartTimer;
}

type StreamHeaders = Readonly<Record<string, string | number | string[] | undefined>>;

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};
const commentFrame = ': keep-alive\n\n';

/** Server-sent events to one client: frames in, back pressure out. Knows nothing of their content. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  #silence: StreamTimer | undefined;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response;
    this.#options = options;
  }

  /** Sends status 200 and the headers; from here on no other status is possible. */
  open(headers: StreamHeaders): void {
    this.#response.writeHead(200, { ...headers, ...streamHeaders });
    this.#response.flushHeaders();
    this.#silence = this.#options.startTimer(
      () => this.#sendComment(),
      this.#options.streamCommentMs,
    );
    this.#response.once('close', () => this.#silence?.stop());
  }

  /**
   * Writes whole frames. A promise comes back when the client reads too slowly: wait for it before
   * the next write. It also resolves when the client is gone; writes then do nothing.
   */
  write(frames: string): Promise<void> | undefined {
    if (this.#response.destroyed || frames === '') return undefined;
    this.#silence?.restart();
    const isFlowing = this.#response.write(frames);
    if (isFlowing || this.#response.writableLength < this.#options.streamBufferBytesMax) {
      return undefined;
    }
    return this.#waitForDrain();
  }

  /** Writes the last frames and ends the response; a client that does not read them is dropped in time. */
  end(frames: string): void {
    this.#silence?.stop();
    if (this.#response.destroyed) return;
    const stalled = this.#options.startTimer(() => this.#drop(), this.#options.drainTimeoutMs);
    this.#response.once('close', () => stalled.stop());
    this.#response.end(frames);
  }

  #sendComment(): void {
    if (this.#response.destroyed) return;
    if (!this.#response.writableNeedDrain) this.#response.write(commentFrame);
    this.#silence?.restart();
  }

  #waitForDrain(): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        stalled.stop();
        this.#response.off('drain', finish);
        this.#response.off('close', finish);
        resolve();
      };
      const stalled = this.#options.startTimer(() => this.#drop(), this.#options.drainTimeoutMs);
      this.#response.once('drain', finish);
      this.#response.once('close', finish);
    });
  }

  #drop(): void {
    this.#response.destroy();
  }
}
