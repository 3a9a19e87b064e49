// Far sides for the tests of model sources: servers that play a hub or a file host, and wheels.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { crc32 } from 'node:zlib';
import { systemClock } from '../core/index.ts';
import { createEgress } from '../egress/index.ts';
import {
  type ModelEntry,
  type ModelSource,
  type PullOptions,
  readPullEnvironment,
} from './index.ts';
import { modelFiles } from './model-files.ts';

/** Something that begins like a model file; another seed gives other bytes of the same length. */
export function modelBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size, 0);
  for (let index = 4; index < size; index += 1) bytes[index] = (index * 31 * seed + seed) % 251;
  bytes.write('GGUF', 0);
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** By hash: the difference of two large buffers takes minutes to print. */
export async function assertContent(path: string, bytes: Uint8Array): Promise<void> {
  assert.equal(sha256Of(await readFile(path)), sha256Of(bytes));
}

export function entryOf(
  bytes: Uint8Array,
  sources: readonly ModelSource[],
  changes: Partial<ModelEntry> = {},
): ModelEntry {
  return {
    id: 'test-model',
    displayName: 'Test',
    description: 'A test model.',
    developer: 'Nobody',
    licence: 'Apache-2.0',
    fileName: 'test.gguf',
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    ramBytesMin: 1,
    contextTokens: 128,
    sources,
    ...changes,
  };
}

export async function temporaryDirectory(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'moongate-models-'));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Everything that a pull needs, with no hub and no package tool unless `variables` name them. */
export async function pullOptionsFor(
  context: TestContext,
  entry: ModelEntry,
  variables: Record<string, string> = {},
): Promise<PullOptions> {
  const egress = createEgress();
  context.after(() => egress.close());
  const home = await temporaryDirectory(context);
  return {
    entry,
    directory: join(home, 'models'),
    environment: readPullEnvironment({ HOME: home, PATH: join(home, 'bin'), ...variables }),
    egress,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    clock: systemClock,
  };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Listens on a free port of this machine; `requests` are those that came. */
export async function serve(
  context: TestContext,
  answer: Answer,
): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export interface HostedFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
  readonly ignoresRange?: boolean;
  /** The body stops after so many bytes; the connection stays until `onHang`'s argument is called. */
  readonly hangAfter?: number;
  readonly onHang?: (cut: () => void) => void;
}

/** Answers as a good file host does, with the faults that are asked for. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: HostedFile,
): void {
  const wanted = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const isCurrent = request.headers['if-range'] === file.etag;
  const start = wanted && isCurrent && !file.ignoresRange ? Number(wanted[1]) : 0;
  const body = file.bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(file.etag === undefined ? {} : { etag: file.etag }),
    ...(start > 0
      ? { 'content-range': `bytes ${start}-${file.bytes.length - 1}/${file.bytes.length}` }
      : {}),
  });
  if (file.hangAfter === undefined) {
    response.end(body);
    return;
  }
  file.onHang?.(() => response.destroy());
  response.write(body.subarray(0, file.hangAfter));
}

/** A wheel: a zip archive with one stored member. */
export function wheelOf(member: string, content: Uint8Array): Buffer {
  const name = Buffer.from(member);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(content), 0);
  sizes.writeUInt32LE(content.length, 4);
  sizes.writeUInt32LE(content.length, 8);
  const nameLength = Buffer.alloc(4);
  nameLength.writeUInt16LE(name.length, 0);
  const version = Buffer.from([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const local = Buffer.concat([
    Buffer.from('PK\x03\x04'),
    version,
    sizes,
    nameLength,
    name,
    content,
  ]);
  const central = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([20, 0]),
    version,
    sizes,
    nameLength,
    Buffer.alloc(14),
    name,
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

/** Leaves behind what a download that was killed leaves. */
export async function partialDownload(
  options: PullOptions,
  sourceKey: string,
  etag: string,
  bytes: Uint8Array,
): Promise<void> {
  const files = modelFiles(options.directory, options.entry.fileName);
  await mkdir(options.directory, { recursive: true });
  await writeFile(files.partial, bytes);
  await writeFile(files.partialState, JSON.stringify({ sourceKey, etag }));
}
