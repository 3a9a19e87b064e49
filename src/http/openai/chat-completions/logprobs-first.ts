import type { CompletionEvent } from '../../../completions/index.ts';

type Batch = readonly CompletionEvent[];

/** Puts log probabilities before the delta of their choice that they follow, to leave in its chunk. */
export function logprobsFirst(batch: Batch): Batch {
  const ordered: CompletionEvent[] = [];
  for (const event of batch) {
    const place =
      event.type === 'logprobs'
        ? ordered.findLastIndex((other) => isDelta(other) && other.index === event.index)
        : -1;
    ordered.splice(place === -1 ? ordered.length : place, 0, event);
  }
  return ordered;
}

function isDelta(event: CompletionEvent): event is Extract<CompletionEvent, { index: number }> {
  return event.type !== 'logprobs' && event.type !== 'choice-finished' && event.type !== 'settled';
}
