import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditBooks, creditsOf, nanoUsdPerCredit } from '../support/audit-books.ts';
import { auditStreams } from '../support/audit-streams.ts';
import { readChatStream, type WireUsage } from '../support/chat-stream.ts';
import { readBooks } from '../support/ledger-books.ts';
import { postChat, readBalance } from '../support/post-chat.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { endlessTinyModel, scriptedEngine } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

const kimi = 'moonshot/kimi-k2-5';
const user = (content: string) => [{ role: 'user', content }];

function billOf(model: string, usage: WireUsage): number {
  return creditsOf({
    model,
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.cached_tokens ?? 0,
    completionTokens: usage.completion_tokens,
  });
}

test('the price that these tests reckon with gives the golden bill of the page', () => {
  const golden = { model: kimi, promptTokens: 16, cachedTokens: 0, completionTokens: 835 };
  assert.equal(creditsOf(golden), 6538);
});

test('entries, balance and tokens × price agree to the credit over streams, answers, hang-ups and refusals', async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  const { dataDirectory } = moongate.installation;
  const start = await readBalance(moongate);
  assert.equal(start, 10_000_000);

  let billed = 0;
  for (const model of [kimi, 'kimi-k2.5', moongate.model]) {
    const { status, body, headers } = await postChat(moongate, {
      model,
      messages: user(`Answer as ${model}`),
      max_tokens: 33,
    });
    assert.equal(status, 200);
    const credits = billOf(model === 'kimi-k2.5' ? kimi : model, body.usage);
    assert.equal(body.meta.usage.credits_used, credits);
    assert.equal(body.meta.usage.usd_spent, credits / 2_000_000);
    assert.equal(headers.get('x-credits-used'), String(credits));
    assert.equal(headers.get('x-aimlapi-credits-used'), String(credits));
    billed += credits;
  }
  assert.equal(await readBalance(moongate), start - billed);

  const refused = await postChat(moongate, { model: kimi, messages: user('Hi'), temperature: 9 });
  assert.equal(refused.status, 400);
  assert.equal(await readBalance(moongate), start - billed);

  const streams = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      readChatStream({
        url: moongate.url,
        key: moongate.key,
        clientRequestId: `mixed-${index}`,
        cut: index % 2 === 0 ? { when: 'never' } : { when: 'streaming', afterChunks: 10 * index },
        body: { model: kimi, messages: user(`Story ${index}`), max_tokens: 150 },
      }),
    ),
  );
  assert.deepEqual(
    streams.map(({ ending }) => ending),
    ['done', 'cut', 'done', 'cut', 'done', 'cut'],
  );
  assert.ok(await isTrueWithin(5_000, () => readBooks(dataDirectory).openHolds === 0));
  const books = readBooks(dataDirectory);
  assert.deepEqual([...auditBooks(books), ...auditStreams(books, streams, 150)], []);
  const total = books.charges.reduce((sum, charge) => sum + creditsOf(charge), 0);
  assert.equal(books.charges.length, 9);
  assert.equal(await readBalance(moongate), start - total);
});

test('a prompt sent twice is read from the cache, and the second one pays the cached price for it', async (t) => {
  const moongate = await startMoongate(t, (await endlessTinyModel(t)).environment);
  const request = { model: kimi, messages: user('The same words twice'), max_tokens: 8 };
  const { usage: first } = (await postChat(moongate, request)).body;
  const { usage: second, meta } = (await postChat(moongate, request)).body;
  assert.equal(first.cached_tokens, 0);
  assert.equal(second.prompt_tokens, first.prompt_tokens);
  // The last prompt token is always evaluated: its result is the first token of the answer.
  assert.equal(second.cached_tokens, second.prompt_tokens - 1);
  const hundredths = 156 + 26 * (second.prompt_tokens - 1) + 780 * second.completion_tokens;
  assert.equal(meta.usage.credits_used, Math.ceil(hundredths / 100));
});

test('many requests at once on the last credits: none is served beyond them, and those refused say why', async (t) => {
  const startingCredits = 1_000;
  const moongate = await startMoongate(t, {
    ...scriptedEngine,
    MOONGATE_STARTING_CREDITS: String(startingCredits),
  });
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      postChat(moongate, { model: kimi, messages: user(`Number ${index}`), max_tokens: 20 }),
    ),
  );
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  assert.ok(served.length > 0 && refused.length > 0);
  for (const { status, body, headers } of refused) {
    assert.deepEqual([status, body.error?.code], [403, 'insufficient_credits']);
    assert.equal(headers.get('x-should-retry'), 'false');
  }
  const spent = served.reduce((sum, { body }) => sum + body.meta.usage.credits_used, 0);
  const books = readBooks(moongate.installation.dataDirectory);
  assert.deepEqual(auditBooks(books), []);
  assert.equal(books.charges.length, served.length);
  assert.equal(books.posted, BigInt(startingCredits - spent) * nanoUsdPerCredit);
  assert.ok(books.posted >= 0n);
});
