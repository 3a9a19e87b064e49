import assert from 'node:assert/strict';
import type { TokenUsage } from '../../core/index.ts';
import type { Allowance, Engine, Prepared } from '../engine.ts';
import type { FinishReason, GenerationEvent } from '../generation-event.ts';
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
  return { prepared, events, usage, ...summary(events) };
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

function summary(events: readonly GenerationEvent[]) {
  const finished = events.find((event) => event.type === 'choice-finished');
  const started = events.find((event) => event.type === 'started');
  return {
    text: textOf(events),
    reason: finished?.reason.unified,
    cachedTokens: started?.cachedTokens,
  };
}
