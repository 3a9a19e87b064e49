import type { GenerationRequest } from '../generation-request.ts';
import { randomWords } from './random-words.ts';

export interface TextStep {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
}

/** What the scripted engine does instead of generating a token. */
export type SilentStep =
  /** Waits until the promise settles or the request is aborted. */
  | { readonly type: 'pause'; readonly until: Promise<unknown> }
  /** Never goes on: only an abort or close() ends it. */
  | { readonly type: 'hang' }
  /** Throws `engine/unavailable`. To fail after n tokens, put a text of 4 × n characters before it. */
  | { readonly type: 'fail' }
  /** Only as the first step: throws `engine/unavailable` before `started`. */
  | { readonly type: 'fail-to-start' };

export type ScriptStep = TextStep | SilentStep;

/** Chooses the answer to a request. The same request should get the same steps. */
export type Script = (request: GenerationRequest) => string | readonly ScriptStep[];

const answerCharacters = 400;

/** Words drawn from the seed and the last message; greedy requests ignore the seed. */
export const wordsFromSeed: Script = (request) => {
  const seed = request.sampling.temperature === 0 ? 0 : (request.sampling.seed ?? 0);
  return randomWords(`${seed} ${request.messages.at(-1)?.content ?? ''}`, answerCharacters);
};

export function scriptSteps(answer: string | readonly ScriptStep[]): readonly ScriptStep[] {
  return typeof answer === 'string' ? [{ type: 'text', text: answer }] : answer;
}

export function isTextStep(step: ScriptStep): step is TextStep {
  return step.type === 'text' || step.type === 'reasoning';
}
