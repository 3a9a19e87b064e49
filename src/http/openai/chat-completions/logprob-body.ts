import type { TokenLogprob } from '../../../engines/index.ts';

/** `bytes` and `top_logprobs` are always arrays: clients iterate over them unasked. */
export function logprobBody({ token, bytes, logprob, top }: TokenLogprob): object {
  return { token, bytes, logprob, top_logprobs: top };
}
