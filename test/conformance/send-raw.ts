import { connect, type Socket } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Sent as they are, without a check; `content-length` is added when no length is given here. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | Buffer | Iterable<Buffer>;
}

export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const answerTimeoutMs = 30_000;

/**
 * One request over a socket of its own, without the courtesy of an HTTP client: anything can be sent,
 * and an answer that comes before the body is sent in full is still read.
 */
export async function sendRaw(baseUrl: string, request: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  // A server may refuse the rest of a body: what counts is the answer.
  socket.on('error', () => undefined);
  socket.setTimeout(answerTimeoutMs, () => socket.destroy());
  try {
    const answer = readResponse(socket, request.method);
    await writeRequest(socket, request, `${hostname}:${port}`);
    return await answer;
  } finally {
    socket.destroy();
  }
}

async function writeRequest(socket: Socket, request: RawRequest, host: string): Promise<void> {
  const { body } = request;
  const names = new Set(request.headers.map(([name]) => name.toLowerCase()));
  const lines = request.headers.map(([name, value]) => `${name}: ${value}`);
  if (!names.has('host')) lines.unshift(`host: ${host}`);
  const isWhole = typeof body === 'string' || Buffer.isBuffer(body);
  if (isWhole && !names.has('content-length') && !names.has('transfer-encoding')) {
    lines.push(`content-length: ${Buffer.byteLength(body)}`);
  }
  const head = `${request.method} ${request.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  socket.write(head, 'latin1');
  if (body === undefined) return;
  for (const chunk of isWhole ? [Buffer.from(body)] : body) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) await drained(socket);
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      socket.off('drain', finish).off('close', finish);
      resolve();
    };
    socket.on('drain', finish).on('close', finish);
  });
}

async function readResponse(socket: Socket, method: string): Promise<RawResponse> {
  let received = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received = Buffer.concat([received, chunk]);
    const response = parseResponse(received, method);
    if (response !== undefined) return response;
  }
  throw new Error(`connection closed after ${received.length} bytes of an answer`);
}

function parseResponse(received: Buffer, method: string): RawResponse | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = received
    .subarray(0, headEnd)
    .toString('latin1')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const rest = received.subarray(headEnd + 4);
  const status = Number(statusLine.split(' ')[1]);
  const isBodiless = method === 'HEAD' || status === 204 || status === 304;
  const body = isBodiless ? '' : parseBody(rest, headers);
  return body === undefined ? undefined : { status, headers, body };
}

function parseBody(rest: Buffer, headers: Readonly<Record<string, string>>): string | undefined {
  if (headers['transfer-encoding'] === 'chunked') return parseChunks(rest);
  const length = Number(headers['content-length'] ?? 0);
  return rest.length < length ? undefined : rest.subarray(0, length).toString('utf8');
}

function parseChunks(rest: Buffer): string | undefined {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', position);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(rest.subarray(position, lineEnd).toString('latin1'), 16);
    if (size === 0) return Buffer.concat(chunks).toString('utf8');
    const end = lineEnd + 2 + size;
    if (rest.length < end + 2) return undefined;
    chunks.push(rest.subarray(lineEnd + 2, end));
    position = end + 2;
  }
}
