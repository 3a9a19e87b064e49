import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { GenerationRequest } from '../generation-request.ts';
import { contractRequest, userMessage } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { runGeneration } from './run-generation.ts';

export const cacheTests = {
  'cached tokens are 0 the first time and more on a repeat in the same scope': async ({
    engine,
  }) => {
    const cacheScope = newScope();
    const first = await runGeneration(engine, longRequest(cacheScope));
    assert.equal(first.cachedTokens, 0);
    const second = await runGeneration(engine, longRequest(cacheScope));
    assert.ok((second.cachedTokens ?? 0) > 0, 'a repeated prompt was not found in the cache');
    assert.equal(second.text, first.text);
  },

  'a longer conversation in the same scope reuses its beginning': async ({ engine }) => {
    const cacheScope = newScope();
    const first = await runGeneration(engine, longRequest(cacheScope));
    const second = await runGeneration(engine, {
      ...longRequest(cacheScope),
      messages: [
        ...longRequest(cacheScope).messages,
        { role: 'assistant', content: first.text, toolCalls: [] },
        userMessage('And then?'),
      ],
    });
    assert.ok((second.cachedTokens ?? 0) > 0, 'the beginning was not found in the cache');
  },

  'cached tokens are exactly 0 in another scope, on every sequence': async ({ engine }) => {
    const ofOne = longRequest(newScope());
    const { sequences } = engine.describe();
    // Fill every sequence with the prompt of one scope, so that the other one cannot miss them.
    await Promise.all(Array.from({ length: sequences }, () => runGeneration(engine, ofOne)));
    for (let round = 0; round < sequences + 1; round += 1) {
      const other = await runGeneration(engine, longRequest(newScope()));
      assert.equal(other.cachedTokens, 0, 'one account saw what another one had sent');
    }
  },
} satisfies ContractTests;

function newScope(): string {
  return `account-${randomUUID()}`;
}

function longRequest(cacheScope: string): GenerationRequest {
  const messages = [userMessage('The gate opens when the moon is full. '.repeat(12))];
  return contractRequest({ messages, cacheScope, completionTokensMax: 4 });
}
