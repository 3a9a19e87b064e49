import type { TokenLogprob } from '../../../engines/index.ts';

type Alternative = Omit<TokenLogprob, 'top'>;

/** JSON knows no infinity; this is what OpenAI sends for what cannot happen. */
const impossibleLogprob = -9999;

/** `logprobs` of a choice: arrays everywhere, because clients iterate over them unasked. */
export function logprobsBody(tokens: readonly TokenLogprob[]): object {
  const content = tokens.map(({ top, ...token }) => ({
    ...alternativeBody(token),
    top_logprobs: top.map(alternativeBody),
  }));
  return { content, refusal: [] };
}

function alternativeBody({ token, bytes, logprob }: Alternative): object {
  return { token, bytes, logprob: Number.isFinite(logprob) ? logprob : impossibleLogprob };
}
