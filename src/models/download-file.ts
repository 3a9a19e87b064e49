import { setTimeout as pause } from 'node:timers/promises';
import { EgressError, type EgressResponse } from '../egress/index.ts';
import { requireFreeDisk } from './free-disk.ts';
import { PartialFile, removePartial } from './partial-file.ts';
import { failureReason, SourceFailure } from './source-failure.ts';
import type { ExpectedFile, FetchedFile, SourceContext } from './source-fetch.ts';

export interface Download {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expected: ExpectedFile;
  /** In words, for the operator. */
  readonly source: string;
}

/** A source that has not sent its first byte by then counts as not reached. */
export const reachTimeoutMs = 4_500;
const stallTimeoutMs = 30_000;
const attemptsMax = 20;
const fruitlessTriesMax = 3;
const retryPauseMs = 500;
/** How far a file of unknown length may outgrow the estimate of its entry. */
const growthMax = 3;

/**
 * Downloads, continuing what an earlier try left behind, here or in an earlier process. A source that
 * never answers costs one time limit; whatever is on disk stays there for the next pull.
 */
export async function downloadFile(
  download: Download,
  context: SourceContext,
): Promise<FetchedFile> {
  const partial = await PartialFile.open(context.files, download.url, context.signal);
  try {
    const wasContinued = partial.bytesDone > 0;
    context.report(download.source, partial.bytesDone, download.expected.sizeBytes);
    await completePartial(download, partial, context);
    if (!isRight(partial, download.expected) && wasContinued) {
      // The bytes of the earlier process may have been damaged on disk; they get one fresh try.
      await partial.restart(undefined);
      await completePartial(download, partial, context);
    }
    if (!isRight(partial, download.expected)) {
      await removePartial(context.files);
      throw new SourceFailure('sent a file with another sha256 than the one expected');
    }
    await partial.sync();
    return { path: context.files.partial, sha256: partial.digest(), source: download.source };
  } finally {
    await partial.close();
  }
}

function isRight(partial: PartialFile, expected: ExpectedFile): boolean {
  return expected.sha256 === undefined || expected.sha256 === partial.digest();
}

async function completePartial(
  download: Download,
  partial: PartialFile,
  context: SourceContext,
): Promise<void> {
  let fruitlessMax = 1;
  let fruitless = 0;
  for (let attempt = 1; ; attempt += 1) {
    const before = partial.bytesDone;
    try {
      await transfer(download, partial, context);
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      const isFinal = error instanceof SourceFailure && !error.isWorthAnotherTry;
      const hasMoved = partial.bytesDone !== before;
      // A source that has answered is worth a short wait when the network breaks off.
      if (!(error instanceof EgressError)) fruitlessMax = fruitlessTriesMax;
      fruitless = hasMoved ? 0 : fruitless + 1;
      if (isFinal || attempt >= attemptsMax || fruitless >= fruitlessMax) {
        throw new SourceFailure(failureReason(error), { cause: error });
      }
      await pause(fruitless * retryPauseMs, undefined, { signal: context.signal });
    }
  }
}

async function transfer(
  download: Download,
  partial: PartialFile,
  context: SourceContext,
): Promise<void> {
  const response = await context.egress.open(download.url, {
    headers: { ...download.headers, ...rangeHeaders(partial) },
    signal: context.signal,
    timeouts: { headersTimeoutMs: reachTimeoutMs, bodyTimeoutMs: stallTimeoutMs },
  });
  try {
    const bytesTotal = await acceptAnswer(response, partial);
    checkTotal(bytesTotal, download.expected);
    const bytesLeft = (bytesTotal ?? context.entry.sizeBytes) - partial.bytesDone;
    await requireFreeDisk(context.files.directory, Math.max(0, bytesLeft));
    await readBody(response, partial, bytesTotal, download, context);
  } finally {
    response.body.destroy();
  }
}

function rangeHeaders(partial: PartialFile): Record<string, string> {
  if (partial.bytesDone === 0 || partial.etag === undefined) return {};
  return { range: `bytes=${partial.bytesDone}-`, 'if-range': partial.etag };
}

/** Brings the partial file in line with the answer and returns the length of the whole file. */
async function acceptAnswer(
  response: EgressResponse,
  partial: PartialFile,
): Promise<number | undefined> {
  const etag = response.headers.get('etag');
  if (response.status === 200) {
    await partial.restart(etag);
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    return Number.isSafeInteger(length) ? length : undefined;
  }
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
    const isSameVersion = etag === undefined || etag === partial.etag;
    if (isSameVersion && Number(range?.[1]) === partial.bytesDone) return Number(range?.[2]);
  }
  if (response.status === 206 || response.status === 416) {
    await partial.restart(undefined);
    throw new SourceFailure('sent another part of the file than the one asked for', {
      isWorthAnotherTry: true,
    });
  }
  throw new SourceFailure(statusReason(response.status));
}

function statusReason(status: number): string {
  if (status === 401 || status === 403) {
    return `answers HTTP ${status}: access is refused here, or needs a token (HF_TOKEN)`;
  }
  if (status === 404) return 'answers HTTP 404: there is no such file';
  return `answers HTTP ${status}`;
}

function checkTotal(bytesTotal: number | undefined, expected: ExpectedFile): void {
  if (expected.sizeBytes === undefined || bytesTotal === undefined) return;
  if (bytesTotal !== expected.sizeBytes) {
    throw new SourceFailure(`has ${bytesTotal} bytes instead of ${expected.sizeBytes}`);
  }
}

async function readBody(
  response: EgressResponse,
  partial: PartialFile,
  bytesTotal: number | undefined,
  download: Download,
  context: SourceContext,
): Promise<void> {
  const bytesMax = bytesTotal ?? download.expected.sizeBytes ?? context.entry.sizeBytes * growthMax;
  const shown = bytesTotal ?? download.expected.sizeBytes;
  const giveUpAfter = (timeoutMs: number, isWorthAnotherTry: boolean) =>
    setTimeout(() => {
      const reason = `sent nothing for ${timeoutMs / 1000} s`;
      response.body.destroy(new SourceFailure(reason, { isWorthAnotherTry }));
    }, timeoutMs);
  let timer = giveUpAfter(reachTimeoutMs, false);
  try {
    context.report(download.source, partial.bytesDone, shown);
    for await (const chunk of response.body) {
      clearTimeout(timer);
      if (partial.bytesDone + chunk.length > bytesMax) {
        await partial.restart(undefined);
        throw new SourceFailure(`sends more than the ${bytesMax} bytes that the file should have`);
      }
      await partial.append(chunk);
      context.report(download.source, partial.bytesDone, shown);
      timer = giveUpAfter(stallTimeoutMs, true);
    }
  } finally {
    clearTimeout(timer);
  }
  if (shown !== undefined && partial.bytesDone !== shown) {
    const reason = `ended after ${partial.bytesDone} of ${shown} bytes`;
    throw new SourceFailure(reason, { isWorthAnotherTry: true });
  }
}
