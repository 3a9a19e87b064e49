import type { GenerationRequest } from '../generation-request.ts';

/** Costs one token for each 4 UTF-16 units begun. */
export interface TextStep {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
}

/** Costs one token for its name, and its arguments cost what text costs. */
export interface ToolCallStep {
  readonly type: 'tool-call';
  readonly name: string;
  /** JSON text; sent as it is, however broken. */
  readonly arguments: string;
  /** `functions.<name>:<number of the call in the conversation>` when absent. */
  readonly id?: string;
}

export type TokenStep = TextStep | ToolCallStep;

/** What the scripted engine does instead of generating a token. */
export type SilentStep =
  /** Waits until the promise settles or the request is aborted; the other choices wait too. */
  | { readonly type: 'pause'; readonly until: Promise<unknown> }
  /** Never goes on: only an abort or close() ends it. */
  | { readonly type: 'hang' }
  /** Throws `engine/unavailable`. To fail after n tokens, put a text of 4 × n characters before it. */
  | { readonly type: 'fail' }
  /** Only as the first step: throws `engine/unavailable` before `started`. */
  | { readonly type: 'fail-to-start' };

export type ScriptStep = TokenStep | SilentStep;

/** Plays one choice of the answer to a request. The same request should get the same steps. */
export type Script = (
  request: GenerationRequest,
  choiceIndex: number,
) => string | readonly ScriptStep[];

export function scriptSteps(answer: string | readonly ScriptStep[]): readonly ScriptStep[] {
  return typeof answer === 'string' ? [{ type: 'text', text: answer }] : answer;
}

export function isTokenStep(step: ScriptStep): step is TokenStep {
  return step.type === 'text' || step.type === 'reasoning' || step.type === 'tool-call';
}
