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
import { isTrueWithin } from '../../test/support/wait-until.ts';
import { priceUsage } from '../core/index.ts';
import type { CompletionEvent } from './completion.ts';

test('a completion is charged exactly its tokens times its price, and nothing stays held', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context);
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  const { usage, credits } = settledOf(await readAll(running.events));
  assert.equal(usage.completionTokens, 100);
  assert.equal(credits, priceUsage(usage, price).credits);
  assert.equal(before - (await balance()), credits * 500n);
  await proveSound();
});

test('the second request of an account is billed with its cached tokens', async (context) => {
  const { completions, account, price } = await openCompletions(context);
  const first = settledOf(
    await readAll((await completions.start(requestOf(account.id), never)).events),
  );
  const second = settledOf(
    await readAll((await completions.start(requestOf(account.id), never)).events),
  );
  assert.ok((second.usage.cachedTokens ?? 0) > 0);
  assert.ok(second.credits < first.credits);
  assert.equal(second.credits, priceUsage(second.usage, price).credits);
});

test('a client that leaves in the middle pays for what was generated, and the engine stops', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'hang' }],
  });
  const before = await balance();
  const abort = new AbortController();
  const running = await completions.start(requestOf(account.id), abort.signal);
  let last: CompletionEvent | undefined;
  let texts = 0;
  for await (const batch of running.events) {
    texts += batch.filter((event) => event.type === 'text').length;
    if (texts === 10) abort.abort();
    last = batch.at(-1);
  }
  assert.equal(last?.type, 'settled');
  assert.equal(last.usage.completionTokens, 10);
  assert.equal(before - (await balance()), priceUsage(last.usage, price).amountNanoUsd);
  await proveSound();
});

test('a reader that walks away from the events without a word ends the hold too', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'hang' }],
  });
  const running = await completions.start(requestOf(account.id), never);
  for await (const _batch of running.events) break;
  const report = await proveSound();
  assert.equal(report.entries, 2);
});

test('a client that is gone before the engine has begun pays nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context);
  const before = await balance();
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(async () => {
    const running = await completions.start(requestOf(account.id), abort.signal);
    await readAll(running.events);
    throw abort.signal.reason;
  });
  assert.equal(await balance(), before);
  await proveSound();
});

test('a client that leaves before the first token pays nothing, although its prompt was being read', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'hang' }],
  });
  const before = await balance();
  const abort = new AbortController();
  const running = await completions.start(requestOf(account.id), abort.signal);
  abort.abort();
  const settled = settledOf(await readAll(running.events));
  assert.equal(settled.credits, 0n);
  assert.equal(await balance(), before);
  await proveSound();
});

test('an engine that fails before its first token costs nothing', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'fail' }],
  });
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  await assert.rejects(readAll(running.events), hasCode('engine/unavailable', false));
  assert.equal(await balance(), before);
  await proveSound();
});

test('an engine that fails later is paid for what it produced, and the error forbids a retry', async (context) => {
  const { completions, account, price, balance, proveSound } = await openCompletions(context, {
    script: () => [{ type: 'text', text: 'x'.repeat(40) }, { type: 'fail' }],
  });
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  await assert.rejects(readAll(running.events), (error: Error) => {
    assert.match(error.message, /has been charged. Do not send the same request again/);
    return hasCode('engine/unavailable', true)(error);
  });
  const charged = before - (await balance());
  const usage = {
    promptTokens: 10,
    cachedTokens: 0,
    completionTokens: 10,
    reasoningTokens: undefined,
  };
  assert.equal(charged, priceUsage(usage, price).amountNanoUsd);
  await proveSound();
});

test('without credits for the prompt and one token a request is refused with 403 and leaves nothing', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, { credits: 10n });
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('ledger/insufficient-credits', false),
  );
  await proveSound();
});

test('a bound above what the wallet affords is lowered, said so, and never overdrawn', async (context) => {
  const { completions, account, balance, proveSound } = await openCompletions(context, {
    credits: 200n,
  });
  const running = await completions.start(requestOf(account.id), never);
  assert.deepEqual(running.loweredParameters, ['max_tokens']);
  const events = await readAll(running.events);
  assert.ok(events.some((event) => event.type === 'choice-finished' && event.reason === 'length'));
  assert.ok((await balance()) >= 0n);
  await proveSound();
});

test('a full queue refuses at once with engine_overloaded and the hold is released', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 1,
    waitingMax: 0,
    script: () => [{ type: 'hang' }],
  });
  const abort = new AbortController();
  const first = await completions.start(requestOf(account.id), abort.signal);
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('engine/overloaded', false),
  );
  abort.abort();
  await readAll(first.events);
  await proveSound();
});

test('a request that waits too long for a slot is refused and the hold is released', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 1,
    waitMs: 20,
    script: () => [{ type: 'hang' }],
  });
  const abort = new AbortController();
  const first = await completions.start(requestOf(account.id), abort.signal);
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('engine/overloaded', false),
  );
  abort.abort();
  await readAll(first.events);
  await proveSound();
});

test('requests above the number of sequences wait their turn and all are answered', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, {
    sequences: 2,
    waitingMax: 50,
  });
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const running = await completions.start(requestOf(account.id), never);
      return settledOf(await readAll(running.events)).usage.completionTokens;
    }),
  );
  assert.deepEqual(new Set(all), new Set([100]));
  await proveSound();
});

test('an unknown model is refused before anything is held', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context);
  const request = { ...requestOf(account.id), model: 'nope' };
  await assert.rejects(completions.start(request, never), hasCode('models/not-found', false));
  await proveSound();
});

test('a prompt that does not fit is refused with both numbers and holds nothing', async (context) => {
  const { completions, account, proveSound } = await openCompletions(context, { contextTokens: 8 });
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    /maximum context length is 8 tokens\. However, your messages resulted in \d+ tokens\./,
  );
  await proveSound();
});

test('a charge that the database did not take is taken when it is back, and counted until then', async (context) => {
  const parts = await openCompletions(context);
  const { completions, account, balance, proveSound } = parts;
  const before = await balance();
  const running = await completions.start(requestOf(account.id), never);
  parts.setAway(true);
  await assert.rejects(readAll(running.events), hasCode('storage/unavailable', true));
  assert.equal(completions.running(), 1);
  await completions.idle();
  assert.equal(completions.running(), 1);
  parts.setAway(false);
  assert.ok(await isTrueWithin(20_000, () => completions.running() === 0));
  assert.ok((await balance()) < before);
  assert.equal((await proveSound()).entries, 2);
});

test('a charge that the database did not take is tried once more at the end', async (context) => {
  const { completions, account, setAway, proveSound } = await openCompletions(context);
  const running = await completions.start(requestOf(account.id), never);
  setAway(true);
  await assert.rejects(readAll(running.events), hasCode('storage/unavailable', true));
  setAway(false);
  await completions.close();
  assert.equal((await proveSound()).entries, 2);
});

test('a reserve that was made although it seemed to fail is voided', async (context) => {
  const { completions, account, balance, setAway, proveSound } = await openCompletions(context);
  const before = await balance();
  setAway(true);
  await assert.rejects(
    completions.start(requestOf(account.id), never),
    hasCode('storage/unavailable', false),
  );
  setAway(false);
  assert.ok(await isTrueWithin(20_000, () => completions.running() === 0));
  assert.equal(await balance(), before);
  assert.equal((await proveSound()).entries, 1);
});
