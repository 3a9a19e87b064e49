import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { contractRequest } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import { runEngineContract } from '../engine-contract.ts';
import { startTestEngine } from './start-test-engine.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-engine-'));
  await writeTinyModel(join(folder, 'llama.gguf'));
  await writeTinyModel(join(folder, 'hybrid.gguf'), { architecture: 'hybrid' });
});
after(() => rm(folder, { recursive: true }));

for (const architecture of ['llama', 'hybrid']) {
  runEngineContract({
    name: `llama-cpp with a ${architecture} model`,
    createEngine: async () => {
      const modelFile = join(folder, `${architecture}.gguf`);
      const engine = startTestEngine(modelFile, { contextTokens: 1_024 });
      await engine.ready();
      return engine;
    },
  });
}

test('each penalty keeps a greedy answer from repeating itself', async () => {
  const engine = startTestEngine(join(folder, 'llama.gguf'));
  try {
    await engine.ready();
    const { sampling } = contractRequest();
    const variety = async (penalty: Partial<typeof sampling>) => {
      const request = contractRequest({
        sampling: { ...sampling, ...penalty },
        completionTokensMax: 64,
      });
      return new Set((await runGeneration(engine, request)).text).size;
    };
    const plain = await variety({});
    assert.ok((await variety({ frequencyPenalty: 2 })) > plain);
    assert.ok((await variety({ presencePenalty: 2 })) > plain);
    assert.ok((await variety({ repetitionPenalty: 1.5 })) > plain);
  } finally {
    await engine.close();
  }
});
