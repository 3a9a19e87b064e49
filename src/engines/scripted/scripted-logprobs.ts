import type { TokenLogprob } from '../generation-event.ts';

/** Each token has this chance, and every further alternative half of the one before it. */
const chance = 0.5;

/** Made up, but of the right form: the token itself is always the likeliest. */
export function scriptedLogprob(token: string, top: number): TokenLogprob {
  return {
    ...alternative(token, 0),
    top: Array.from({ length: top }, (_, rank) =>
      alternative(rank === 0 ? token : `${token}~${rank}`, rank),
    ),
  };
}

function alternative(token: string, rank: number): Omit<TokenLogprob, 'top'> {
  return { token, bytes: [...Buffer.from(token)], logprob: Math.log(chance ** (rank + 1)) };
}
