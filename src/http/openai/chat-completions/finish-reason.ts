import type { FinishReason } from '../../../engines/index.ts';

export type WireFinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

const wireNames: Readonly<Record<FinishReason, WireFinishReason>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
};

export function wireFinishReason(reason: FinishReason): WireFinishReason {
  return wireNames[reason];
}
