import assert from 'node:assert/strict';
import type { TokenUsage } from '../../core/index.ts';
import type { Prepared } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';

/** What holds for the events of every generation that did not throw. Returns the usage they end with. */
export function checkEvents(
  events: readonly GenerationEvent[],
  prepared: Prepared,
  isAborted: boolean,
): TokenUsage {
  const last = events.at(-1);
  assert.ok(last?.type === 'finished', `the last event is ${last?.type}, not finished`);
  assert.equal(countOf(events, 'finished'), 1, 'finished came more than once');
  checkText(events);
  checkProgress(events, last.usage, isAborted);
  if (events[0]?.type === 'started') {
    checkStarted(events[0], events, prepared, last.usage);
  } else {
    checkNeverStarted(events, prepared, last.usage, isAborted);
  }
  checkChoices(events, isAborted ? undefined : (prepared.request.choices ?? 1));
  checkCalls(events);
  return last.usage;
}

function checkStarted(
  started: GenerationEvent & { readonly type: 'started' },
  events: readonly GenerationEvent[],
  prepared: Prepared,
  usage: TokenUsage,
): void {
  assert.equal(countOf(events, 'started'), 1, 'started came more than once');
  assert.equal(usage.promptTokens, started.promptTokens, 'usage and started disagree');
  assert.equal(usage.cachedTokens, started.cachedTokens, 'usage and started disagree');
  assert.ok((started.cachedTokens ?? 0) <= started.promptTokens, 'more cached than prompt tokens');
  if (prepared.isPromptTokensExact) {
    assert.equal(started.promptTokens, prepared.promptTokens, 'prepare and started disagree');
  } else {
    assert.ok(started.promptTokens <= prepared.promptTokens, 'prepare gave no upper bound');
  }
  assert.ok(usage.completionTokens <= prepared.completionTokensRoom, 'more tokens than room');
  assert.ok((usage.reasoningTokens ?? 0) <= usage.completionTokens, 'more reasoning than tokens');
}

/** Only an abort may come before the prompt is in the engine, and then nothing was generated. */
function checkNeverStarted(
  events: readonly GenerationEvent[],
  prepared: Prepared,
  usage: TokenUsage,
  isAborted: boolean,
): void {
  assert.ok(isAborted, `the first event is ${events[0]?.type}, not started`);
  assert.equal(usage.completionTokens, 0, 'tokens without started');
  assert.ok(usage.promptTokens <= prepared.promptTokens, 'more prompt tokens than prepared');
  for (const event of events) {
    assert.ok(event.type !== 'text' && event.type !== 'reasoning', `${event.type} before started`);
    assert.ok(event.type !== 'started', 'started is not the first event');
  }
}

function checkProgress(
  events: readonly GenerationEvent[],
  usage: TokenUsage,
  isAborted: boolean,
): void {
  let latest = 0;
  for (const event of events) {
    if (event.type !== 'progress') continue;
    assert.ok(event.completionTokens > latest, 'progress did not grow');
    latest = event.completionTokens;
  }
  // An abort may count tokens that were never delivered; otherwise the events told everything.
  if (isAborted) assert.ok(usage.completionTokens >= latest, 'usage is below the last progress');
  else assert.equal(usage.completionTokens, latest, 'usage and the last progress disagree');
}

/** `choices`: how many must finish; undefined when an abort may have come before. */
function checkChoices(events: readonly GenerationEvent[], choices: number | undefined): void {
  const finished = new Set<number>();
  for (const event of events) {
    if (!('index' in event)) continue;
    assert.ok(!finished.has(event.index), `choice ${event.index} had ${event.type} after its end`);
    if (event.type === 'choice-finished') finished.add(event.index);
  }
  if (choices === undefined) return;
  const all = Array.from({ length: choices }, (_, index) => index);
  assert.deepEqual(
    [...finished].toSorted((a, b) => a - b),
    all,
    'not all choices finished',
  );
}

/** Calls are numbered from 0 in each choice, and their arguments come while they are the last one. */
function checkCalls(events: readonly GenerationEvent[]): void {
  const started = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'tool-call-start') {
      const next = started.get(event.index) ?? 0;
      assert.equal(event.callIndex, next, 'calls are not numbered from 0');
      started.set(event.index, next + 1);
    } else if (event.type === 'tool-call-arguments') {
      const latest = (started.get(event.index) ?? 0) - 1;
      assert.equal(event.callIndex, latest, 'arguments of another call than the last one');
    } else if (event.type === 'choice-finished') {
      const hasCalls = started.has(event.index);
      const isCalls = event.reason.unified === 'tool-calls';
      if (isCalls) assert.ok(hasCalls, 'tool-calls without a call');
      if (hasCalls) assert.notEqual(event.reason.unified, 'stop', 'stop in spite of a call');
    }
  }
}

function checkText(events: readonly GenerationEvent[]): void {
  for (const event of events) {
    if (event.type !== 'text' && event.type !== 'reasoning') continue;
    assert.ok(event.text.length > 0, `an empty ${event.type} event`);
    assert.ok(event.text.isWellFormed(), `half a character: ${JSON.stringify(event.text)}`);
  }
}

function countOf(events: readonly GenerationEvent[], type: GenerationEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}
