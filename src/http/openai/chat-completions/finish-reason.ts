import type { FinishReason } from '../../../engines/index.ts';

export type WireFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

const wireNames: Readonly<Record<FinishReason, WireFinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
};

/** Agents loop on `tool_calls`: whatever an engine calls its end, that word comes exactly with calls. */
export function wireFinishReason(reason: FinishReason, hasCalls: boolean): WireFinishReason {
  if (reason === 'stop' && hasCalls) return 'tool_calls';
  if (reason === 'tool-calls' && !hasCalls) return 'stop';
  return wireNames[reason];
}
