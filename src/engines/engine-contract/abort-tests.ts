import assert from 'node:assert/strict';
import { PlatformError } from '../../core/index.ts';
import type { Engine } from '../engine.ts';
import type { GenerationEvent } from '../generation-event.ts';
import { allowanceOf, unansweredAllowance } from './contract-allowance.ts';
import { contractRequest, sampled } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { assertAllSequencesWork, runGeneration } from './run-generation.ts';

export const abortTests = {
  'an abort before the start generates nothing and still finishes': async ({ engine }) => {
    const run = await runGeneration(engine, endlessRequest(), { signal: AbortSignal.abort() });
    assert.equal(run.usage.completionTokens, 0);
    assert.equal(run.text, '');
    await assertAllSequencesWork(engine, contractRequest);
  },

  'an abort in the middle ends with finished and frees the sequence': async ({ engine }) => {
    for (let round = 0; round < 3; round += 1) {
      const client = new AbortController();
      const run = await runGeneration(engine, endlessRequest(round), {
        signal: client.signal,
        onBatch: (events) => {
          if (events.some((event) => event.type === 'progress')) client.abort();
        },
      });
      assert.ok(run.usage.completionTokens >= 1);
      assert.ok(run.usage.completionTokens < run.prepared.completionTokensRoom);
    }
    await assertAllSequencesWork(engine, contractRequest);
  },

  'an abort of all but one generation leaves the other one alone': async ({ engine }) => {
    const alone = await runGeneration(engine, contractRequest({ sampling: sampled(5) }));
    const client = new AbortController();
    const others = Array.from({ length: engine.describe().sequences - 1 }, () =>
      runGeneration(engine, endlessRequest(), {
        signal: client.signal,
        onBatch: () => client.abort(),
      }),
    );
    const survivor = await runGeneration(engine, contractRequest({ sampling: sampled(5) }));
    await Promise.all(others);
    assert.equal(survivor.reason, alone.reason);
    assert.equal(survivor.usage.promptTokens, alone.usage.promptTokens);
  },

  'an abort while more allowance is awaited ends at once': async ({ engine }) => {
    const client = new AbortController();
    const allowance = unansweredAllowance(2);
    const abortion = allowance.asked.then(() => client.abort());
    const run = await runGeneration(engine, endlessRequest(), { allowance, signal: client.signal });
    if (run.reason === undefined) await abortion;
    assert.ok(run.usage.completionTokens <= 2);
    await assertAllSequencesWork(engine, contractRequest);
  },

  'an abort after the end changes nothing': async ({ engine }) => {
    const client = new AbortController();
    await runGeneration(engine, contractRequest(), { signal: client.signal });
    client.abort();
    await assertAllSequencesWork(engine, contractRequest);
  },

  'return() of the iterator frees the sequence, also before the first event': async ({
    engine,
  }) => {
    for (const eventsToRead of [0, 1, 4]) {
      await abandonAfter(engine, eventsToRead);
    }
    await assertAllSequencesWork(engine, contractRequest);
  },

  'close() ends what is running and refuses what comes after': async ({ createEngine }) => {
    const engine = await createEngine();
    const signal = new AbortController().signal;
    const options = { allowance: allowanceOf(100_000), signal };
    const prepared = await engine.prepare(endlessRequest(), signal);
    const events: GenerationEvent[] = [];
    const closing = Promise.withResolvers<void>();
    const generation = (async () => {
      for await (const batch of engine.generate(prepared, options)) {
        if (events.length === 0) closing.resolve(engine.close());
        events.push(...batch);
      }
    })();
    try {
      await generation;
      assert.equal(events.at(-1)?.type, 'finished');
    } catch (error) {
      assertUnavailable(error);
    }
    await closing.promise;
    await engine.close();
    await assert.rejects(() => engine.prepare(contractRequest(), signal), assertUnavailable);
    await assert.rejects(() => readAll(engine.generate(prepared, options)), assertUnavailable);
  },
} satisfies ContractTests;

/** Runs into the end of the context unless the model ends its turn or somebody aborts it. */
function endlessRequest(seed = 1) {
  return contractRequest({ sampling: sampled(seed), completionTokensMax: undefined });
}

async function abandonAfter(engine: Engine, batches: number): Promise<void> {
  const signal = new AbortController().signal;
  const prepared = await engine.prepare(endlessRequest(), signal);
  const events = engine
    .generate(prepared, { allowance: allowanceOf(100_000), signal })
    [Symbol.asyncIterator]();
  for (let read = 0; read < batches; read += 1) await events.next();
  await events.return?.();
  assert.equal((await events.next()).done, true);
}

async function readAll(batches: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of batches);
}

function assertUnavailable(error: unknown): true {
  assert.ok(error instanceof PlatformError, `not a PlatformError: ${error}`);
  assert.equal(error.code, 'engine/unavailable');
  return true;
}
