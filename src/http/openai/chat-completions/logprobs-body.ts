import type { TokenLogprob } from '../../../engines/index.ts';

/** JSON knows no infinity; this is what OpenAI sends for what cannot happen. */
const impossibleLogprob = -9999;

/** `logprobs` of a choice: arrays everywhere, because clients iterate over them without looking. */
export function logprobsBody(tokens: readonly TokenLogprob[]): object {
  return { content: tokens.map(tokenBody), refusal: [] };
}

function tokenBody({ top, ...token }: TokenLogprob): object {
  return { ...alternativeBody(token), top_logprobs: top.map(alternativeBody) };
}

function alternativeBody({ token, bytes, logprob }: Omit<TokenLogprob, 'top'>): object {
  return { token, bytes, logprob: Number.isFinite(logprob) ? logprob : impossibleLogprob };
}
