import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { PlatformError } from '../../core/index.ts';
import { allowanceOf, unansweredAllowance } from '../engine-contract/contract-allowance.ts';
import { contractRequest, sampled, userMessage } from '../engine-contract/contract-request.ts';
import { assertAllSequencesWork, runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { startTestEngine } from './start-test-engine.ts';

let folder = '';
let modelFile = '';
let engine: LlamaCppEngine;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-cancel-'));
  modelFile = join(folder, 'tiny.gguf');
  // Never ends its turn, so that only limits and aborts end a generation.
  await writeTinyModel(modelFile, { endOfTurnBias: -100 });
  engine = startTestEngine(modelFile, { sequences: 8, batchTokens: 32, contextTokens: 2_048 });
  await engine.ready();
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const longMessages = [userMessage('The gate opens when the moon is full. '.repeat(12))];

test('an abort in the middle of a prompt ends it with nothing generated', async () => {
  const client = new AbortController();
  const run = await runGeneration(engine, contractRequest({ messages: longMessages }), {
    signal: client.signal,
    onBatch: () => client.abort(),
  });
  assert.equal(run.usage.completionTokens, 0);
  await assertAllSequencesWork(engine, contractRequest);
});

test('8 at once, half of them cut at random, leave no sequence behind', async () => {
  for (let round = 0; round < 8; round += 1) {
    const runs = Array.from({ length: 8 }, (_, index) => {
      const client = new AbortController();
      let eventsLeft = index % 2 === 0 ? Number.POSITIVE_INFINITY : (round * 5 + index * 3) % 23;
      return runGeneration(
        engine,
        contractRequest({
          messages: index < 4 ? longMessages : [userMessage(`moon ${index}`)],
          sampling: sampled(round * 8 + index),
          completionTokensMax: 24,
        }),
        {
          signal: client.signal,
          onBatch: () => {
            eventsLeft -= 1;
            if (eventsLeft <= 0) client.abort();
          },
        },
      );
    });
    const finished = await Promise.all(runs);
    for (const [index, run] of finished.entries()) {
      if (index % 2 === 0) assert.ok(run.reason !== undefined);
    }
  }
  await assertAllSequencesWork(engine, contractRequest);
});

test('a generation that waits for its allowance does not keep the others waiting', async () => {
  const client = new AbortController();
  const allowance = unansweredAllowance(2);
  const waiting = runGeneration(engine, contractRequest({ completionTokensMax: 200 }), {
    allowance,
    signal: client.signal,
  });
  await allowance.asked;
  const other = await runGeneration(engine, contractRequest({ completionTokensMax: 30 }));
  assert.ok(other.reason !== undefined);
  client.abort();
  assert.ok((await waiting).usage.completionTokens <= 2);
});

test('a slow reader holds its generation within a bound and gets everything when it reads', async () => {
  const slow = await openLongGeneration(engine);
  const first = await slow.iterator.next();
  assert.equal(first.done, false);
  // The others run on, which also gives the held one all the time it would need to run to its end.
  for (let round = 0; round < 10; round += 1) {
    await runGeneration(engine, contractRequest({ completionTokensMax: 200 }));
  }
  const unread: readonly GenerationEvent[] = (await slow.iterator.next()).value ?? [];
  const buffered = unread.filter((event) => event.type === 'progress').length;
  assert.ok(buffered > 0 && buffered < 600, `${buffered} tokens were buffered`);
  const rest = await readAll(slow.iterator);
  const last = rest.at(-1);
  assert.ok(last?.type === 'finished' && last.usage.completionTokens === slow.tokens);
});

test('a reader that stopped reading is cut off after its time limit', async () => {
  const options = { contextTokens: 2_048, sequences: 1, readerStallMs: 200 };
  const impatient = startTestEngine(modelFile, options);
  await impatient.ready();
  try {
    const slow = await openLongGeneration(impatient);
    await slow.iterator.next();
    // The only sequence is free again once the reader has been cut off.
    await runGeneration(impatient, contractRequest());
    await assert.rejects(
      () => readAll(slow.iterator),
      (error) => error instanceof PlatformError && error.code === 'request/timeout',
    );
  } finally {
    await impatient.close();
  }
});

async function openLongGeneration(subject: LlamaCppEngine) {
  const { signal } = new AbortController();
  const tokens = 1_500;
  const request = contractRequest({ completionTokensMax: tokens, sampling: sampled(1) });
  const prepared = await subject.prepare(request, signal);
  const options = { allowance: allowanceOf(100_000), signal };
  const iterator = subject.generate(prepared, options)[Symbol.asyncIterator]();
  return { iterator, tokens };
}

async function readAll(
  iterator: AsyncIterator<readonly GenerationEvent[]>,
): Promise<GenerationEvent[]> {
  const events: GenerationEvent[] = [];
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    events.push(...next.value);
  }
  return events;
}
