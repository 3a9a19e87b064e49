import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditBooks } from '../support/audit-books.ts';
import { auditStreams } from '../support/audit-streams.ts';
import { readChatStream } from '../support/chat-stream.ts';
import { findEngineHost } from '../support/engine-host-process.ts';
import { readBooks } from '../support/ledger-books.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

const skip = process.platform !== 'linux' && 'finding the engine host needs /proc';
const streamsAtOnce = 8;
const tokensMax = 300;
const chunksBeforeKill = 200;

test('an engine killed during streams fails only them, bills what they produced, and is replaced', {
  skip,
}, async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  const { dataDirectory } = moongate.installation;
  const call = (name: string) => ({
    url: moongate.url,
    key: moongate.key,
    clientRequestId: name,
    body: {
      model: 'moonshot/kimi-k2-5',
      messages: [{ role: 'user', content: `Say more about ${name}` }],
      max_tokens: tokensMax,
    },
  });
  const killedHost = findEngineHost(moongate.server.processId);
  assert.ok(killedHost !== undefined, 'the engine runs in a process of its own');
  let chunks = 0;
  const streams = await Promise.all(
    Array.from({ length: streamsAtOnce }, (_, index) =>
      readChatStream({
        ...call(`stream-${index}`),
        onContent() {
          chunks += 1;
          if (chunks === chunksBeforeKill) process.kill(killedHost, 'SIGKILL');
        },
      }),
    ),
  );

  const failed = streams.filter(({ ending }) => ending !== 'done');
  assert.ok(failed.some(({ contentChunks }) => contentChunks > 0));
  for (const { ending, errorCode, clientRequestId } of failed) {
    assert.ok(ending === 'failed' || ending === 'refused', `${clientRequestId}: ${ending}`);
    assert.equal(errorCode, 'engine_unavailable');
  }
  const isQuiet = await isTrueWithin(5_000, () => readBooks(dataDirectory).openHolds === 0);
  assert.ok(isQuiet, 'every hold is ended');
  const books = readBooks(dataDirectory);
  assert.deepEqual([...auditBooks(books), ...auditStreams(books, streams, tokensMax)], []);
  for (const { clientRequestId, contentChunks } of failed) {
    const charge = books.charges.find((one) => one.clientRequestId === clientRequestId);
    assert.ok((charge?.completionTokens ?? 0) >= contentChunks, clientRequestId);
    assert.equal((charge?.amount ?? 0n) > 0n, (charge?.completionTokens ?? 0) > 0);
  }

  const isBack = await isTrueWithin(30_000, async () => {
    const { ending } = await readChatStream(call('afterwards'));
    return ending === 'done';
  });
  assert.ok(isBack, 'the same server answers again');
  assert.notEqual(findEngineHost(moongate.server.processId), killedHost);
  assert.equal(moongate.server.hasEnded, false);
  assert.deepEqual(auditBooks(readBooks(dataDirectory)), []);
});
