import assert from 'node:assert/strict';
import { PlatformError } from '../../core/index.ts';
import type { GenerationRequest, ToolDefinition } from '../generation-request.ts';
import { contractRequest, sampled, userMessage } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { assertAllSequencesWork, runGeneration } from './run-generation.ts';

const moonPhase: ToolDefinition = {
  name: 'moon_phase',
  description: 'Tells the phase of the moon.',
  parameters: {
    type: 'object',
    properties: { day: { enum: ['today', 'tomorrow'] }, exact: { type: 'boolean' } },
    required: ['day', 'exact'],
    additionalProperties: false,
  },
  isStrict: true,
};
const openGate: ToolDefinition = {
  name: 'open_gate',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  isStrict: false,
};

/** What an engine may say of itself in its description; one that does not skips these with that reason. */
export const abilityTests = {
  'several choices share one prompt, finish once each and are counted together': async ({
    engine,
  }) => {
    const choices = engine.describe().choicesMax;
    assert.ok(choices > 1, 'the engine has one choice only');
    for (const seed of [1, 2]) {
      const request = contractRequest({ choices, sampling: sampled(seed) });
      const run = await runGeneration(engine, request);
      assert.equal(run.usage.promptTokens, run.prepared.promptTokens);
      assert.ok(run.usage.completionTokens >= choices);
      assert.ok(run.choices.every(({ reason }) => reason !== undefined));
      assert.ok(new Set(run.choices.map(({ text }) => text)).size > 1, 'all choices are the same');
    }
    await assertAllSequencesWork(engine, contractRequest);
  },

  'requests of several choices and of one wait for each other and all end': async ({ engine }) => {
    const { choicesMax } = engine.describe();
    const counts = [1, choicesMax, 2, 1, choicesMax];
    const runs = await Promise.all(
      counts.map((choices) => runGeneration(engine, contractRequest({ choices }))),
    );
    assert.deepEqual(
      runs.map((run) => run.choices.length),
      counts,
    );
  },

  'an abort of several choices frees all of their sequences': async ({ engine }) => {
    const client = new AbortController();
    const choices = engine.describe().choicesMax;
    await runGeneration(engine, contractRequest({ choices, completionTokensMax: undefined }), {
      signal: client.signal,
      onBatch: (events) => {
        if (events.some((event) => event.type === 'progress')) client.abort();
      },
    });
    await assertAllSequencesWork(engine, contractRequest);
  },

  'more choices than the description allows are refused': async ({ engine }) => {
    const request = contractRequest({ choices: engine.describe().choicesMax + 1 });
    await assert.rejects(() => engine.prepare(request, new AbortController().signal), isRefusal);
  },

  'a forced call is one of a declared tool, with arguments of its schema': async ({ engine }) => {
    const named = { type: 'named', name: 'moon_phase' } as const;
    for (const toolChoice of [named, { type: 'required' } as const]) {
      for (const seed of [1, 2, 3]) {
        const run = await runGeneration(engine, toolRequest({ toolChoice }, seed));
        const [choice] = run.choices;
        assert.equal(choice?.reason, 'tool-calls');
        assert.equal(choice.text, '', 'a forced call has no text beside it');
        assert.equal(choice.calls.length, 1);
        for (const call of choice.calls) assertIsCall(call);
        if (toolChoice.type === 'named') assert.equal(choice.calls[0]?.name, 'moon_phase');
      }
    }
  },

  'without tools to call there are no calls, whatever the history': async ({ engine }) => {
    const run = await runGeneration(engine, toolRequest({ toolChoice: { type: 'none' } }, 1));
    assert.deepEqual(run.choices[0]?.calls, []);
    assert.notEqual(run.reason, 'tool-calls');
  },

  'an answer in a JSON schema has its form': async ({ engine }) => {
    const schema = {
      type: 'object',
      properties: { phase: { enum: ['new', 'full'] }, days: { type: 'integer', maximum: 99 } },
      required: ['phase', 'days'],
      additionalProperties: false,
    };
    const responseFormat = { type: 'json-schema', schema, isStrict: true } as const;
    for (const seed of [1, 2, 3, 4]) {
      const request = { responseFormat, sampling: sampled(seed), completionTokensMax: 400 };
      const run = await runGeneration(engine, contractRequest(request));
      assert.equal(run.reason, 'stop');
      const answer = JSON.parse(run.text);
      assert.deepEqual(Object.keys(answer), ['phase', 'days']);
      assert.ok(['new', 'full'].includes(answer.phase));
      assert.ok(Number.isInteger(answer.days) && answer.days <= 99);
    }
  },

  'each token of the text has its log probability and so many alternatives as asked for': async ({
    engine,
  }) => {
    for (const top of [0, 5]) {
      const request = contractRequest({ logprobs: { top }, sampling: sampled(4) });
      const run = await runGeneration(engine, request);
      const logprobs = run.choices[0]?.logprobs ?? [];
      const bytes = logprobs.flatMap((one) => [...one.bytes]);
      assert.equal(Buffer.from(bytes).toString('utf8'), run.text);
      for (const { logprob, top: alternatives } of logprobs) {
        assert.ok(logprob <= 0);
        assert.equal(alternatives.length, top);
        const values = alternatives.map((one) => one.logprob);
        assert.deepEqual(
          values,
          values.toSorted((a, b) => b - a),
        );
        assert.ok(values.every((value) => value <= 0));
      }
    }
  },

  'asking for log probabilities does not change the text': async ({ engine }) => {
    for (const sampling of [sampled(9), contractRequest().sampling]) {
      const plain = await runGeneration(engine, contractRequest({ sampling }));
      const request = contractRequest({ sampling, logprobs: { top: 3 } });
      const measured = await runGeneration(engine, request);
      assert.equal(measured.text, plain.text);
      assert.deepEqual(measured.usage, plain.usage);
    }
  },

  'an answer that was begun is continued, not repeated': async ({ engine }) => {
    const begun = { role: 'assistant', content: 'The gate was', toolCalls: [] } as const;
    const messages = [userMessage('Tell me a story.'), begun];
    const request = contractRequest({ messages, continuesLastMessage: true });
    const run = await runGeneration(engine, request);
    const closed = await engine.prepare(
      contractRequest({ messages }),
      new AbortController().signal,
    );
    assert.ok(run.usage.promptTokens < closed.promptTokens, 'the answer was closed');
    assert.ok(!run.text.startsWith('The gate was'));
  },
} satisfies ContractTests;

function toolRequest(overrides: Partial<GenerationRequest>, seed: number): GenerationRequest {
  return contractRequest({
    messages: [
      userMessage('Which phase is it?'),
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'call_1', name: 'open_gate', arguments: '{}' }],
      },
      { role: 'tool', content: 'open', toolCallId: 'call_1' },
    ],
    tools: [moonPhase, openGate],
    allowsParallelToolCalls: false,
    sampling: sampled(seed),
    completionTokensMax: 400,
    ...overrides,
  });
}

function assertIsCall({ name, arguments: text }: { name: string; arguments: string }): void {
  const values = JSON.parse(text);
  if (name === 'open_gate') {
    assert.deepEqual(values, {});
    return;
  }
  assert.equal(name, 'moon_phase');
  assert.deepEqual(Object.keys(values), ['day', 'exact']);
  assert.ok(['today', 'tomorrow'].includes(values.day));
  assert.equal(typeof values.exact, 'boolean');
}

function isRefusal(error: unknown): true {
  assert.ok(error instanceof PlatformError);
  assert.equal(error.code, 'request/unsupported-parameter');
  assert.equal(error.param, 'n');
  return true;
}
