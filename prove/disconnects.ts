import { runDisconnectRound } from '../test/support/disconnect-round.ts';
import { probeSequences } from '../test/support/probe-sequences.ts';
import { runProof } from './run-proof.ts';

const sequences = 4;

// 8 concurrent streams, half of them cut at random: no hang, no leaked hold, no leaked sequence, and
// entries = change of the balance = tokens × price after every round.
await runProof({
  title: 'Client disconnects',
  roundsDefault: 50,
  tokensDefault: 48,
  environment: { MOONGATE_SEQUENCES: String(sequences) },
  round: ({ moongate, ...options }) => runDisconnectRound(moongate, options),
  afterwards: (moongate) => probeSequences(moongate, { sequences, tokensMax: 200 }),
});
