import type { IncomingMessage } from 'node:http';
import { setImmediate as nextLoopTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { PlatformError } from '../../core/index.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { parseJson } from './parse-json.ts';

export interface JsonBodyLimits {
  readonly bodyBytesMax: number;
  readonly bodyBytesInFlightMax: number;
  readonly bodyDepthMax: number;
}

type BodyDone = (error: Error | null, body?: unknown) => void;

const charsetForm = /;\s*charset\s*=\s*"?([^;"\s]+)/i;
const largeBodyBytes = 1024 * 1024;

/** JSON is the only body that the server reads; everything else is refused with 415. */
export function registerJsonBody(app: FastifyInstance, limits: JsonBodyLimits): void {
  const inFlight = new BytesInFlight(limits.bodyBytesInFlightMax);
  const parseLater = createLargeBodyParser(limits.bodyDepthMax, inFlight);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (request, payload, done: BodyDone) => {
    const refusal = refuseByHeaders(payload, limits.bodyBytesMax);
    if (refusal !== undefined) {
      done(refusal);
      return;
    }
    readBytes(payload, limits.bodyBytesMax, inFlight, (error, bytes) => {
      if (bytes === undefined) {
        done(error);
        return;
      }
      if (bytes.length > largeBodyBytes) {
        void parseLater(bytes, done);
        return;
      }
      inFlight.give(bytes.length);
      // Clients send a JSON content type with a bodiless DELETE.
      if (bytes.length === 0 && request.method === 'DELETE') done(null, undefined);
      else parseNow(bytes, limits.bodyDepthMax, done);
    });
  });
}

function refuseByHeaders(payload: IncomingMessage, bytesMax: number): PlatformError | undefined {
  const { headers } = payload;
  const charset = charsetForm.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    return unsupportedMedia('Send the JSON body in UTF-8.');
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return unsupportedMedia('Send the body without content-encoding.');
  }
  if (Number(headers['content-length']) > bytesMax) return tooLarge(bytesMax);
  return undefined;
}

/** Whoever gets the bytes gives them back to `inFlight`. */
function readBytes(
  payload: IncomingMessage,
  bytesMax: number,
  inFlight: BytesInFlight,
  done: (error: Error | null, bytes?: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let bytesRead = 0;
  const finish = (error: Error | null, bytes?: Buffer) => {
    payload.off('data', onData);
    payload.off('end', onEnd);
    payload.off('error', onError);
    // What is left is read and dropped, or the client could not read our answer.
    if (error !== null) {
      inFlight.give(bytesRead);
      payload.on('error', () => undefined).resume();
    }
    done(error, bytes);
  };
  const onData = (chunk: Buffer) => {
    bytesRead += chunk.length;
    const hasRoom = inFlight.take(chunk.length);
    if (bytesRead > bytesMax) finish(tooLarge(bytesMax));
    else if (!hasRoom) finish(overloaded());
    else chunks.push(chunk);
  };
  const onEnd = () => {
    const [first] = chunks;
    finish(null, chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
  };
  const onError = (cause: Error) =>
    finish(new PlatformError('request/invalid', 'The body ended early.', { cause }));
  payload.on('data', onData).on('end', onEnd).on('error', onError);
}

function parseNow(bytes: Buffer, depthMax: number, done: BodyDone): void {
  let body: unknown;
  try {
    body = parseJson(bytes, depthMax);
  } catch (error) {
    done(error instanceof Error ? error : new Error('unknown failure', { cause: error }));
    return;
  }
  done(null, body);
}

// Parsing megabytes takes tens of milliseconds: one such body a loop turn, so that streams go on between.
function createLargeBodyParser(
  depthMax: number,
  inFlight: BytesInFlight,
): (bytes: Buffer, done: BodyDone) => Promise<void> {
  let turn: Promise<unknown> = Promise.resolve();
  return async (bytes, done) => {
    turn = turn.then(() => nextLoopTurn());
    await turn;
    inFlight.give(bytes.length);
    parseNow(bytes, depthMax, done);
  };
}

function tooLarge(bytesMax: number): PlatformError {
  return new PlatformError(
    'request/body-too-large',
    `The body is larger than ${bytesMax} bytes. Send less in one request.`,
  );
}

function overloaded(): PlatformError {
  return new PlatformError(
    'server/overloaded',
    'The server is receiving as many bytes as it can hold. Nothing was charged; try again in a moment.',
    { retryAfterSeconds: 1 },
  );
}

function unsupportedMedia(publicMessage: string): PlatformError {
  return new PlatformError('request/unsupported-media-type', publicMessage);
}
