import { runKillServerRound } from '../test/support/kill-server-round.ts';
import { runProof } from './run-proof.ts';

// SIGKILL in the middle of 8 streams: after each restart no open hold, the books add up, and every bill
// that a client saw together with [DONE] is in them exactly as it was seen.
await runProof({
  title: 'Server killed with SIGKILL',
  roundsDefault: 20,
  tokensDefault: 48,
  environment: { MOONGATE_CHECKPOINT_INTERVAL_MS: '500' },
  round: ({ moongate, ...options }) => runKillServerRound(moongate, options),
  afterwards: async () => [],
});
