import type { RunningCompletion } from '../../../completions/index.ts';
import { newCompletionId } from '../../../core/index.ts';

/** What the answer and each of its chunks say about themselves. */
export interface AnswerHead {
  readonly id: string;
  readonly createdSeconds: number;
  readonly modelName: string;
  readonly fingerprint: string;
}

export function createAnswerHead(running: RunningCompletion, nowMs: number): AnswerHead {
  const createdSeconds = Math.floor(nowMs / 1000);
  return {
    id: newCompletionId(createdSeconds),
    createdSeconds,
    modelName: running.modelName,
    fingerprint: running.fingerprint,
  };
}
