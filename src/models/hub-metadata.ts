import type { Readable } from 'node:stream';
import type { EgressResponse } from '../egress/index.ts';
import { reachTimeoutMs } from './download-file.ts';
import type { ModelEntry, ModelSource } from './model-entry.ts';
import { SourceFailure } from './source-failure.ts';
import type { ExpectedFile, SourceContext } from './source-fetch.ts';

export type HubSource = Extract<ModelSource, { kind: 'hugging-face' }>;

type HubContext = Pick<SourceContext, 'egress' | 'environment' | 'signal'>;

const listingBytesMax = 4_194_304;
const timeouts = { headersTimeoutMs: reachTimeoutMs, bodyTimeoutMs: reachTimeoutMs };

export function hubFileUrl(source: HubSource, endpoint: string): string {
  return `${endpoint}/${source.repository}/resolve/${encodeURIComponent(source.revision)}/${encodePath(source.file)}`;
}

export function hubHeaders(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Size and sha256 as the hub states them. Throws SourceFailure or EgressError when it does not. */
export async function readHubMetadata(
  source: HubSource,
  context: HubContext,
): Promise<ExpectedFile & { readonly sha256: string }> {
  const answer = await askHub(source, context);
  answer.body.destroy();
  if (answer.status === 401 || answer.status === 403) {
    throw new SourceFailure(`answers HTTP ${answer.status}: accept its terms and set HF_TOKEN`);
  }
  if (answer.status >= 400) throw new SourceFailure(`answers HTTP ${answer.status}`);
  const sha256 = toSha256(answer.headers.get('x-linked-etag'));
  if (sha256 === undefined) return readListing(source, context);
  const size = Number(answer.headers.get('x-linked-size') ?? Number.NaN);
  return { sha256, sizeBytes: Number.isSafeInteger(size) ? size : undefined };
}

/** Would a download of this entry from the hub begin? Never throws for a hub that is out of reach. */
export async function isHubReachable(entry: ModelEntry, context: HubContext): Promise<boolean> {
  const source = entry.sources.find((each) => each.kind === 'hugging-face');
  if (source === undefined) return false;
  try {
    const answer = await askHub(source, context);
    answer.body.destroy();
    return answer.status < 400;
  } catch {
    context.signal.throwIfAborted();
    return false;
  }
}

/** The hub says what a file is in the answer that redirects to its storage, so that one is not followed. */
function askHub(source: HubSource, context: HubContext): Promise<EgressResponse> {
  const { hfEndpoint, hfToken } = context.environment;
  return context.egress.open(hubFileUrl(source, hfEndpoint), {
    method: 'HEAD',
    headers: hubHeaders(hfToken),
    signal: context.signal,
    timeouts,
    redirects: 'same-host',
  });
}

/** Mirrors often drop the headers but serve the listing. */
async function readListing(
  source: HubSource,
  context: HubContext,
): Promise<ExpectedFile & { readonly sha256: string }> {
  const { hfEndpoint, hfToken } = context.environment;
  const folder = source.file.split('/').slice(0, -1).join('/');
  const path = `${encodeURIComponent(source.revision)}${folder === '' ? '' : `/${encodePath(folder)}`}`;
  const answer = await context.egress.open(
    `${hfEndpoint}/api/models/${source.repository}/tree/${path}`,
    { headers: hubHeaders(hfToken), signal: context.signal, timeouts },
  );
  const text = answer.status === 200 ? await readText(answer.body) : '[]';
  answer.body.destroy();
  const file = parseListing(text).find((each) => each.path === source.file);
  const sha256 = toSha256(file?.lfs?.oid);
  if (sha256 === undefined) throw new SourceFailure('does not say the sha256 of the file');
  return { sha256, sizeBytes: file?.lfs?.size };
}

interface ListedFile {
  readonly path?: string;
  readonly lfs?: { readonly oid?: string; readonly size?: number };
}

function parseListing(text: string): readonly ListedFile[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each) : [];
  } catch {
    return [];
  }
}

async function readText(body: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > listingBytesMax) throw new SourceFailure('sends a listing that is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function toSha256(text: unknown): string | undefined {
  const digits = typeof text === 'string' ? text.replace(/^W\//, '').replaceAll('"', '') : '';
  return /^[0-9a-f]{64}$/.test(digits) ? digits : undefined;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
