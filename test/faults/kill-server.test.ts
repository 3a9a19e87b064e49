import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKillServerRound } from '../support/kill-server-round.ts';
import { createRandom } from '../support/random.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel } from '../support/test-model.ts';

const rounds = 2;
const tokensMax = 300;

test('a server killed in the middle of 8 streams comes back with no open hold and every acknowledged bill', async (t) => {
  const moongate = await startMoongate(t, {
    ...(await endlessTinyModel(t)).environment,
    MOONGATE_CHECKPOINT_INTERVAL_MS: '100',
  });
  const random = createRandom(1);
  for (let round = 1; round <= rounds; round += 1) {
    const report = await runKillServerRound(moongate, { round, random, tokensMax });
    assert.deepEqual(report.violations, [], `round ${round}`);
  }
  const report = await moongate.installation.ask<{ ok: boolean; openHolds: number }>(
    'ledger',
    'verify',
  );
  assert.deepEqual({ ok: report.ok, openHolds: report.openHolds }, { ok: true, openHolds: 0 });
});
