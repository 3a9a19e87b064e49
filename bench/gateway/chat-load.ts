import { Pool } from 'undici';

export interface ChatCall {
  readonly body: string;
  readonly key: string;
  /** Frames that a stream must have; 0 for an answer at once. */
  readonly framesExpected: number;
}

export interface ChatLoad {
  /** Sends from so many connections, each its next request when the last is answered. */
  runClosed(call: ChatCall, seconds: number): Promise<LoadResult>;
  /** Sends at random moments with this mean rate, whatever the answers do. */
  runOpen(call: ChatCall, seconds: number, perSecond: number): Promise<LoadResult>;
  close(): Promise<void>;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** From handing the request to the client until its last byte. */
  readonly latenciesMs: readonly number[];
}

const path = '/v1/chat/completions';
const requestTimeoutMs = 30_000;
const requestsMax = 200_000;
/** Open load only: more at once than this, and the server was asked for more than it can do. */
const waitingMax = 2_000;

/** A keep-alive client of one server on this machine. Throws on any answer that is not as expected. */
export function createChatLoad(url: string, connections: number): ChatLoad {
  const pool = new Pool(url, {
    connections,
    pipelining: 1,
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
  });
  return {
    runClosed: (call, seconds) => runClosed(pool, connections, call, seconds),
    runOpen: (call, seconds, perSecond) => runOpen(pool, call, seconds, perSecond),
    close: () => pool.close(),
  };
}

async function runClosed(
  pool: Pool,
  connections: number,
  call: ChatCall,
  seconds: number,
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  const work = async () => {
    while (performance.now() < endMs && latenciesMs.length < requestsMax) {
      latenciesMs.push(await send(pool, call));
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return toResult(latenciesMs, startedMs);
}

async function runOpen(
  pool: Pool,
  call: ChatCall,
  seconds: number,
  perSecond: number,
): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  const sent: Promise<unknown>[] = [];
  let dueMs = startedMs;
  while (dueMs < endMs && sent.length < requestsMax) {
    await untilMs(dueMs);
    if (sent.length - latenciesMs.length > waitingMax) throw new Error('the server fell behind');
    sent.push(send(pool, call).then((latencyMs) => latenciesMs.push(latencyMs)));
    // Exponential gaps: arrivals of many clients that know nothing of each other.
    dueMs += (-Math.log(1 - Math.random()) / perSecond) * 1_000;
  }
  await Promise.all(sent);
  return toResult(latenciesMs, startedMs);
}

async function untilMs(dueMs: number): Promise<void> {
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
}

function toResult(latenciesMs: readonly number[], startedMs: number): LoadResult {
  const seconds = (performance.now() - startedMs) / 1_000;
  return { requests: latenciesMs.length, seconds, latenciesMs };
}

/** Resolves to the latency in milliseconds. */
function send(pool: Pool, { body, key, framesExpected }: ChatCall): Promise<number> {
  const startedMs = performance.now();
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    let status = 0;
    let frames = 0;
    pool.dispatch(
      { path, method: 'POST', headers, body },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          if (framesExpected > 0) frames += countFrames(chunk);
        },
        onResponseEnd() {
          if (status === 200 && frames === framesExpected) resolve(performance.now() - startedMs);
          else reject(new Error(`status ${status}, ${frames} of ${framesExpected} frames`));
        },
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

const lineFeed = 10;

/** Blank lines end frames. One that is split between its two bytes is counted by its second half. */
function countFrames(chunk: Buffer): number {
  let frames = chunk[0] === lineFeed && chunk[1] !== lineFeed ? 1 : 0;
  for (let at = chunk.indexOf('\n\n'); at !== -1; at = chunk.indexOf('\n\n', at + 2)) frames += 1;
  return frames;
}
