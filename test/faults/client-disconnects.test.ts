import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readChatStream } from '../support/chat-stream.ts';
import { runDisconnectRound } from '../support/disconnect-round.ts';
import { readBooks } from '../support/ledger-books.ts';
import { probeSequences } from '../support/probe-sequences.ts';
import { createRandom } from '../support/random.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

const rounds = 4;
const tokensMax = 120;
const sequences = 4;

test('clients that hang up at random leak no hold and no sequence, and pay exactly what was generated', async (t) => {
  const moongate = await startMoongate(t, {
    ...(await endlessTinyModel(t)).environment,
    MOONGATE_SEQUENCES: String(sequences),
  });
  const random = createRandom(2);
  for (let round = 1; round <= rounds; round += 1) {
    const report = await runDisconnectRound(moongate, { round, random, tokensMax });
    assert.deepEqual(report.violations, [], `round ${round}`);
    assert.ok(report.unfinished > 0, `round ${round}: nobody hung up`);
  }
  assert.deepEqual(await probeSequences(moongate, { sequences, tokensMax: 600 }), []);
  const report = await moongate.installation.ask<{ ok: boolean; openHolds: number }>(
    'ledger',
    'verify',
  );
  assert.deepEqual({ ok: report.ok, openHolds: report.openHolds }, { ok: true, openHolds: 0 });
});

test('the engine stops soon after a client is gone, long before the answer would have ended', async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  const { dataDirectory } = moongate.installation;
  const stream = await readChatStream({
    url: moongate.url,
    key: moongate.key,
    clientRequestId: 'left-early',
    cut: { when: 'streaming', afterChunks: 5 },
    body: { model: 'tiny', messages: [{ role: 'user', content: 'Go on' }], max_tokens: 3_000 },
  });
  assert.equal(stream.ending, 'cut');
  assert.ok(await isTrueWithin(5_000, () => readBooks(dataDirectory).openHolds === 0));
  const [charge] = readBooks(dataDirectory).charges;
  assert.equal(charge?.status, 'cancelled');
  assert.ok(charge.completionTokens >= stream.contentChunks);
  assert.ok(charge.completionTokens < 1_500, `${charge.completionTokens} tokens generated`);
});
