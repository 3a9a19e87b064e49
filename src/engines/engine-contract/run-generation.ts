import assert from 'node:assert/strict';
import type { TokenUsage } from '../../core/index.ts';
import type { Allowance, Engine, Prepared } from '../engine.ts';
import type { FinishReason, GenerationEvent, TokenLogprob } from '../generation-event.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { checkEvents } from './check-events.ts';
import { allowanceOf } from './contract-allowance.ts';

export interface GenerationRun {
  readonly prepared: Prepared;
  readonly events: readonly GenerationEvent[];
  readonly usage: TokenUsage;
  readonly text: string;
  /** undefined when an abort ended the run before its choice did. */
  readonly reason: FinishReason | undefined;
  readonly cachedTokens: number | undefined;
  /** Of all choices, in the order of their indexes. */
  readonly choices: readonly ChoiceRun[];
}

export interface ChoiceRun {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly CallRun[];
  readonly reason: FinishReason | undefined;
  readonly logprobs: readonly TokenLogprob[];
}

export interface CallRun {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

interface RunOptions {
  readonly allowance?: Allowance;
  readonly signal?: AbortSignal;
  /** Called after each batch, with everything that came so far. */
  readonly onBatch?: (events: readonly GenerationEvent[]) => void;
}

/** More than any request of this suite generates. */
const plentyTokens = 100_000;

/** Generates to the end and checks on the way what holds for every generation. */
export async function runGeneration(
  engine: Engine,
  request: GenerationRequest,
  options: RunOptions = {},
): Promise<GenerationRun> {
  const signal = options.signal ?? new AbortController().signal;
  const allowance = options.allowance ?? allowanceOf(plentyTokens);
  // An aborted signal belongs to the generation under test, not to the preparation before it.
  const prepared = await engine.prepare(request, new AbortController().signal);
  const events: GenerationEvent[] = [];
  for await (const batch of engine.generate(prepared, { allowance, signal })) {
    events.push(...batch);
    assertWithinAllowance(batch, allowance);
    options.onBatch?.(events);
  }
  const usage = checkEvents(events, prepared, signal.aborted);
  assert.ok(usage.completionTokens <= allowance.completionTokens(), 'more generated than allowed');
  return { prepared, events, usage, ...summary(events, request.choices ?? 1) };
}

export function textOf(events: readonly GenerationEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

/** Every sequence can still be used, which a generation that was left behind would prevent. */
export async function assertAllSequencesWork(
  engine: Engine,
  request: () => GenerationRequest,
): Promise<void> {
  const runs = Array.from({ length: engine.describe().sequences }, () =>
    runGeneration(engine, request()),
  );
  for (const run of await Promise.all(runs)) {
    assert.ok(run.reason !== undefined, 'a generation after the test ended without a reason');
  }
}

function assertWithinAllowance(batch: readonly GenerationEvent[], allowance: Allowance): void {
  for (const event of batch) {
    if (event.type !== 'progress') continue;
    assert.ok(
      event.completionTokens <= allowance.completionTokens(),
      `progress ${event.completionTokens} is above the allowance ${allowance.completionTokens()}`,
    );
  }
}

function summary(events: readonly GenerationEvent[], count: number) {
  const finished = events.find((event) => event.type === 'choice-finished');
  const started = events.find((event) => event.type === 'started');
  return {
    text: textOf(events),
    reason: finished?.reason.unified,
    cachedTokens: started?.cachedTokens,
    choices: Array.from({ length: count }, (_, index) => choiceOf(events, index)),
  };
}

function choiceOf(all: readonly GenerationEvent[], index: number): ChoiceRun {
  const events = all.filter((event) => 'index' in event && event.index === index);
  const finished = events.find((event) => event.type === 'choice-finished');
  const written = (callIndex: number) =>
    events
      .filter((event) => event.type === 'tool-call-arguments')
      .filter((event) => event.callIndex === callIndex)
      .map((event) => event.text)
      .join('');
  return {
    text: textOf(events),
    reasoning: events.map((event) => (event.type === 'reasoning' ? event.text : '')).join(''),
    calls: events
      .filter((event) => event.type === 'tool-call-start')
      .map(({ id, name, callIndex }) => ({ id, name, arguments: written(callIndex) })),
    reason: finished?.reason.unified,
    logprobs: events.flatMap((event) => (event.type === 'logprobs' ? event.tokens : [])),
  };
}
