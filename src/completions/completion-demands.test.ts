import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hasCode,
  never,
  openCompletions,
  readAll,
  requestOf,
  settledOf,
} from '../../test/support/open-test-completions.ts';
import { priceUsage } from '../core/index.ts';

test('what an engine would relax is refused before anything is held when the request says so', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    abilities: { supportsReasoning: false },
  });
  const request = requestOf(account.id, { reasoning: { isEnabled: true } });
  const running = await completions.start(request, never);
  assert.deepEqual(running.relaxedParameters, ['thinking']);
  await readAll(running.events);
  await assert.rejects(
    completions.start({ ...request, requestId: 'strict', refusesRelaxation: true }, never),
    hasCode('request/unsupported-parameter', false),
  );
  const { entries } = await proveSound();
  assert.equal(entries, 2);
});

test('all choices are paid for, the prompt once, and they take a slot each', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    sequences: 3,
  });
  const before = await balance();
  const start = async () => {
    const running = await completions.start(requestOf(account.id, { choices: 2 }), never);
    return readAll(running.events);
  };
  const [first] = await Promise.all([start(), start()]);
  const { usage } = settledOf(first);
  assert.equal(usage.completionTokens, 200);
  const finished = first.flatMap((event) => (event.type === 'choice-finished' ? event.index : []));
  assert.deepEqual(finished, [0, 1]);
  const cached = { ...usage, cachedTokens: usage.promptTokens - 1 };
  const credits = priceUsage(usage, price).credits + priceUsage(cached, price).credits;
  assert.equal(before - (await balance()), credits * 500n);
  await proveSound();
});

test('counting a prompt gives what it is billed as, and costs and holds nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context);
  const tools = [{ name: 'look', parameters: { type: 'object' }, isStrict: false }];
  const request = requestOf(account.id, { tools });
  const before = await balance();
  const counted = await completions.countPromptTokens(request, never);
  assert.equal(await balance(), before);
  const running = await completions.start(request, never);
  assert.equal(settledOf(await readAll(running.events)).usage.promptTokens, counted);
  await assert.rejects(
    completions.countPromptTokens({ ...request, model: 'nope' }, never),
    hasCode('models/not-found', false),
  );
  await proveSound();
});
