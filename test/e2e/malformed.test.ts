import assert from 'node:assert/strict';
import { test } from 'node:test';
import { malformedRequests } from '../conformance/malformed-requests.ts';
import { sendRaw } from '../conformance/send-raw.ts';
import { readBooks } from '../support/ledger-books.ts';
import { postChat } from '../support/post-chat.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { scriptedEngine } from '../support/test-model.ts';

test('no malformed request is answered with success, charged, or survived by less than the whole server', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const { url, key, installation } = moongate;
  const before = readBooks(installation.dataDirectory);
  for (const { name, request, expected } of malformedRequests) {
    await t.test(name, async () => {
      const { status, body } = await sendRaw(url, request(url, key));
      const { error, statusCode, requestId } = JSON.parse(body);
      assert.deepEqual({ status, code: error.code }, expected, body);
      assert.ok(status >= 400 && status < 500);
      assert.equal(statusCode, status);
      assert.equal(requestId, error.request_id);
    });
  }
  assert.ok(malformedRequests.length >= 120);
  assert.deepEqual(readBooks(installation.dataDirectory), before);
  assert.equal(moongate.server.hasEnded, false);
  assert.equal(moongate.server.errorOutput, '', 'nothing was logged as a failure of ours');
  const good = await postChat(moongate, {
    model: 'moonshot/kimi-k2-5',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 4,
  });
  assert.equal(good.status, 200);
});
