import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { downloadFile } from './download-file.ts';
import { fetchLocalFile } from './fetch-local-file.ts';
import { type HubSource, hubFileUrl, hubHeaders, readHubMetadata } from './hub-metadata.ts';
import { SourceFailure } from './source-failure.ts';
import {
  type ExpectedFile,
  expectedOf,
  type FetchedFile,
  type SourceContext,
} from './source-fetch.ts';

const snapshotsMax = 100;

/** Takes the file from the machine's own hub cache when it is there, else downloads it. */
export async function fetchFromHuggingFace(
  source: HubSource,
  description: string,
  context: SourceContext,
): Promise<FetchedFile> {
  const cached = await fetchFromHubCache(source, context);
  if (cached !== undefined) return cached;
  const stated = await readHubMetadata(source, context);
  const known = expectedOf(context.entry);
  if (known.sha256 !== undefined && known.sha256 !== stated.sha256) {
    throw new SourceFailure('holds another version of the file than the one expected');
  }
  return downloadFile(
    {
      url: hubFileUrl(source, context.environment.hfEndpoint),
      headers: hubHeaders(context.environment.hfToken),
      expected: { sha256: stated.sha256, sizeBytes: known.sizeBytes ?? stated.sizeBytes },
      source: description,
    },
    context,
  );
}

async function fetchFromHubCache(
  source: HubSource,
  context: SourceContext,
): Promise<FetchedFile | undefined> {
  const folder = `models--${source.repository.replaceAll('/', '--')}`;
  const snapshots = join(context.environment.hfHubCache, folder, 'snapshots');
  const revisions = await readdir(snapshots).catch(() => []);
  for (const revision of revisions.slice(0, snapshotsMax)) {
    const path = join(snapshots, revision, ...source.file.split('/'));
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined) continue;
    try {
      // Resolved first: a link to the snapshot's own link would break when the cache is cleaned.
      const blob = await realpath(path);
      const expected = expectedInCache(blob, context);
      return await fetchLocalFile(blob, expected, 'the Hugging Face cache', context);
    } catch {
      // A damaged or foreign file in somebody else's cache is no reason not to ask the hub.
      context.signal.throwIfAborted();
    }
  }
  return undefined;
}

/** The hub cache names large blobs by their sha256, which makes them verifiable without the network. */
function expectedInCache(blob: string, context: SourceContext): ExpectedFile {
  const known = expectedOf(context.entry);
  const name = basename(blob);
  return known.sha256 === undefined && /^[0-9a-f]{64}$/.test(name)
    ? { sha256: name, sizeBytes: undefined }
    : known;
}
