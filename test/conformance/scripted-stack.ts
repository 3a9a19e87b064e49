import type { TestContext } from 'node:test';
import OpenAI from 'openai';
import type { ScriptedEngineOptions } from '../../src/engines/index.ts';
import { openCompletions } from '../support/open-test-completions.ts';
import { createFakeDependencies } from './fake-dependencies.ts';
import { listen } from './listening-app.ts';

export const stackModel = 'kimi';

/**
 * Everything between a socket and the engine is real: HTTP, ledger, database, queue. Only the model is a
 * script, so that any conversation can be played. The client is the official one and never retries.
 */
export async function openStack(t: TestContext, engineOptions: ScriptedEngineOptions = {}) {
  const { completions, account, proveSound } = await openCompletions(t, engineOptions);
  const principal = { accountId: account.id, keyId: 'key', keyPrefix: 'sk_moon_00000000' };
  const baseUrl = await listen(t, {
    dependencies: {
      ...createFakeDependencies(),
      completions,
      verifyKey: async () => ({ valid: true, principal, kind: 'api', scopes: null }),
    },
  });
  const client = new OpenAI({ apiKey: 'sk_moon_stack', baseURL: `${baseUrl}/v1`, maxRetries: 0 });
  return { client, proveSound };
}
