import assert from 'node:assert/strict';
import { contractRequest, sampled, userMessage } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { runGeneration } from './run-generation.ts';

/** Most of these guarantees are in check-events.ts, which runs for every generation of the suite. */
export const eventTests = {
  'events come in order and the usage equals what they said': async ({ engine }) => {
    const run = await runGeneration(engine, contractRequest());
    assert.ok(run.usage.promptTokens > 0);
    assert.ok(run.usage.completionTokens > 0);
    assert.ok(run.events.some((event) => event.type === 'progress'));
  },

  'prepare counts the prompt and leaves room inside the context': async ({ engine }) => {
    const signal = new AbortController().signal;
    const short = await engine.prepare(contractRequest(), signal);
    const long = await engine.prepare(
      contractRequest({ messages: [userMessage('The moon rose over the gate. '.repeat(8))] }),
      signal,
    );
    assert.ok(long.promptTokens > short.promptTokens);
    assert.ok(short.completionTokensRoom >= 1);
    const { contextTokens } = engine.describe();
    assert.ok(long.promptTokens + long.completionTokensRoom <= contextTokens);
  },

  'a history of all four roles with tool calls is answered': async ({ engine }) => {
    const call = { id: 'call_1', name: 'moon_phase', arguments: '{"day":"today"}' };
    const run = await runGeneration(
      engine,
      contractRequest({
        messages: [
          { role: 'system', content: 'You know the moon.' },
          userMessage('Which phase is it?'),
          { role: 'assistant', content: '', toolCalls: [call] },
          { role: 'tool', content: 'full moon', toolCallId: 'call_1', name: 'moon_phase' },
        ],
      }),
    );
    assert.ok(run.usage.promptTokens > 0);
  },

  'as many generations as there are sequences run at once': async ({ engine }) => {
    const { sequences } = engine.describe();
    const runs = await Promise.all(
      Array.from({ length: sequences }, (_, index) =>
        runGeneration(
          engine,
          contractRequest({
            messages: [userMessage(`${'moon '.repeat(index)}and gate ${index}`)],
            sampling: sampled(index),
            completionTokensMax: 12 + index,
          }),
        ),
      ),
    );
    for (const [index, run] of runs.entries()) {
      assert.ok(run.usage.completionTokens <= 12 + index);
      if (run.reason === 'length') assert.equal(run.usage.completionTokens, 12 + index);
    }
  },

  'the same seed gives the same text': async ({ engine }) => {
    const first = await runGeneration(engine, contractRequest({ sampling: sampled(7) }));
    const second = await runGeneration(engine, contractRequest({ sampling: sampled(7) }));
    assert.equal(second.text, first.text);
    assert.deepEqual(second.usage, first.usage);
  },

  'other seeds give other texts': async ({ engine }) => {
    const texts = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5]) {
      texts.add((await runGeneration(engine, contractRequest({ sampling: sampled(seed) }))).text);
    }
    assert.ok(texts.size > 1, 'five seeds gave one text');
  },

  'greedy decoding is repeatable': async ({ engine }) => {
    const first = await runGeneration(engine, contractRequest());
    const second = await runGeneration(engine, contractRequest());
    assert.equal(second.text, first.text);
  },
} satisfies ContractTests;
