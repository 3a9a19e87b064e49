import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { inferenceKey } from '../../../test/conformance/fake-dependencies.ts';
import { startApp } from '../../../test/conformance/listening-app.ts';

const headers = { authorization: `Bearer ${inferenceKey}`, 'content-type': 'application/json' };
const body = JSON.stringify({
  model: 'moonshot/kimi-k2-5',
  messages: [{ role: 'user', content: 'Hi' }],
});

test('bodies that arrive together are bounded together: 503 until there is room again', {
  timeout: 20_000,
}, async (t) => {
  const settings = { bodyBytesInFlightMax: 1000 };
  const app = await startApp(t, { settings });
  const url = `${app.baseUrl}/v1/chat/completions`;
  const ask = () => fetch(url, { method: 'POST', headers, body });
  for (let turn = 0; turn < 20; turn += 1) {
    const answer = await ask();
    assert.equal(answer.status, 200, 'what has been read counts no longer');
    await answer.text();
  }

  const slow = request(url, { method: 'POST', headers: { ...headers, 'content-length': 5000 } });
  slow.on('error', () => undefined);
  slow.write(' '.repeat(990));
  let refused = await ask();
  while (refused.status === 200) {
    await refused.text();
    refused = await ask();
  }
  const { error } = (await refused.json()) as { error: { code: string } };
  assert.deepEqual([refused.status, error.code], [503, 'server_overloaded']);
  assert.equal(refused.headers.get('x-should-retry'), 'true');
  assert.equal(refused.headers.get('retry-after'), '1');

  slow.destroy();
  let served = await ask();
  while (served.status !== 200) {
    await served.text();
    served = await ask();
  }
  await served.text();
});
