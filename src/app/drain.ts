import type { Server, ServerResponse } from 'node:http';
import type { App } from './build-app.ts';

export interface RequestCount {
  /** Requests whose answer has not ended yet. */
  inFlight(): number;
}

/** Call it before the server listens. */
export function countRequests(server: Server): RequestCount {
  let inFlight = 0;
  const end = () => {
    inFlight -= 1;
  };
  server.on('request', (_request, response: ServerResponse) => {
    inFlight += 1;
    response.on('close', end);
  });
  return { inFlight: () => inFlight };
}

const pollMs = 100;

/**
 * Lets running answers finish; those that take too long lose their connection, are cut and charged.
 * A connection that only stays open, with or without a part of a request, keeps nobody waiting.
 */
export async function drain(app: App, requests: RequestCount, timeoutMs: number): Promise<void> {
  const { server } = app.http;
  const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
  const poll = setInterval(() => {
    if (requests.inFlight() === 0) server.closeAllConnections();
    else server.closeIdleConnections();
  }, pollMs);
  try {
    await app.http.close();
  } finally {
    clearTimeout(cut);
    clearInterval(poll);
  }
  await app.completions.idle();
}
