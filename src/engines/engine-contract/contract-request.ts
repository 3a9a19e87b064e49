import { randomUUID } from 'node:crypto';
import type { GenerationRequest, Message, Sampling } from '../generation-request.ts';

const greedy: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  repetitionPenalty: 1,
};

export function sampled(seed: number): Sampling {
  return { ...greedy, temperature: 1, seed };
}

export function userMessage(content: string): Message {
  return { role: 'user', content };
}

/** A scope of its own each time, so that no test finds the prompt of another one in the cache. */
export function contractRequest(overrides: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    messages: [userMessage('Tell me a short story about the moon and the gate.')],
    sampling: greedy,
    stop: [],
    completionTokensMax: 16,
    cacheScope: `scope-${randomUUID()}`,
    templateVariables: {},
    ...overrides,
  };
}
