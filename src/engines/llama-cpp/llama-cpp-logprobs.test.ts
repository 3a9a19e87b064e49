import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { getLlama, type LlamaModel, type Token } from 'node-llama-cpp';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { contractRequest, sampled } from '../engine-contract/contract-request.ts';
import { type GenerationRun, runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { TokenSpelling } from './host/token-spelling.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { startTestEngine } from './start-test-engine.ts';

const top = 5;
const tolerance = 1e-4;

let folder = '';
let engine: LlamaCppEngine;
let model: LlamaModel;
/** Token ids by their bytes in hexadecimal. */
let idsByBytes: ReadonlyMap<string, Token>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-logprobs-'));
  const modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
  engine = startTestEngine(modelFile);
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: 1 });
  model = await llama.loadModel({ modelPath: modelFile });
  const spelling = new TokenSpelling(model);
  idsByBytes = new Map(
    [...model.iterateAllTokens()].map((token) => [hex(spelling.bytesOf(token)), token]),
  );
  await engine.ready();
});
after(async () => {
  await engine.close();
  await model.dispose();
  await rm(folder, { recursive: true });
});

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}

/** Log-softmax of the raw logits after each token, computed without any sampler. */
async function referenceLogprobs(prompt: readonly Token[], answer: readonly Token[]) {
  const context = await model.createContext({ contextSize: 1_024, threads: 1 });
  const sequence = context.getSequence();
  const rows: Map<Token, number>[] = [];
  let pending = [...prompt];
  for (const token of answer) {
    const last = pending.pop();
    assert.ok(last !== undefined);
    const options = { generateNext: { logits: true } } as const;
    const results = await sequence.controlledEvaluate([...pending, [last, options]]);
    const logits = results.at(-1)?.next.logits;
    assert.ok(logits !== undefined);
    const highest = Math.max(...logits.values());
    const weight = [...logits.values()].reduce((sum, one) => sum + Math.exp(one - highest), 0);
    rows.push(new Map([...logits].map(([id, logit]) => [id, logit - highest - Math.log(weight)])));
    pending = [token];
  }
  await context.dispose();
  return rows;
}

async function assertExact(run: GenerationRun): Promise<void> {
  const logprobs = run.choices[0]?.logprobs ?? [];
  assert.ok(logprobs.length > 0);
  const idOf = (bytes: readonly number[]) => {
    const id = idsByBytes.get(hex(bytes));
    assert.ok(id !== undefined, 'bytes of no token');
    return id;
  };
  const { tokens } = run.prepared.handle as { readonly tokens: Uint32Array };
  const answer = logprobs.map(({ bytes }) => idOf(bytes));
  const reference = await referenceLogprobs(Array.from(tokens) as Token[], answer);
  for (const [index, { bytes, logprob, top: alternatives }] of logprobs.entries()) {
    const row = reference[index] ?? new Map<Token, number>();
    assertClose(logprob, row.get(idOf(bytes)));
    const best = [...row.values()].toSorted((a, b) => b - a).slice(0, top);
    assert.equal(alternatives.length, top);
    for (const [place, alternative] of alternatives.entries()) {
      assertClose(alternative.logprob, best[place]);
      assertClose(alternative.logprob, row.get(idOf(alternative.bytes)));
    }
  }
}

function assertClose(actual: number, expected: number | undefined): void {
  assert.ok(
    expected !== undefined && Math.abs(actual - expected) <= tolerance,
    `${actual} is not ${expected}`,
  );
}

const { sampling: greedy } = contractRequest();
const requests: Readonly<Record<string, Partial<GenerationRequest>>> = {
  'a greedy answer': {},
  'an answer sampled with every cut and penalty': {
    sampling: {
      ...sampled(3),
      temperature: 0.7,
      topP: 0.8,
      topK: 20,
      minP: 0.01,
      frequencyPenalty: 1,
      presencePenalty: 0.5,
      repetitionPenalty: 1.2,
    },
  },
  'an answer with biases': { logitBias: new Map([[40, 6]]), sampling: sampled(5) },
  'an answer under a grammar': {
    responseFormat: {
      type: 'json-schema',
      schema: { type: 'string', minLength: 4, maxLength: 12 },
      isStrict: true,
    },
    sampling: sampled(6),
  },
};

for (const [name, overrides] of Object.entries(requests)) {
  test(`log probabilities are the log-softmax of the raw logits to 1e-4: ${name}`, async () => {
    const logprobs = { top };
    const request = contractRequest({ sampling: greedy, logprobs, ...overrides });
    await assertExact(await runGeneration(engine, { ...request, completionTokensMax: 24 }));
  });
}

test('a token that is a part of a character has its own bytes', async () => {
  const parts: number[][] = [];
  for (let seed = 1; seed <= 10 && parts.length === 0; seed += 1) {
    const request = contractRequest({
      logprobs: { top: 0 },
      sampling: sampled(seed),
      completionTokensMax: 48,
    });
    const run = await runGeneration(engine, request);
    const logprobs = run.choices[0]?.logprobs ?? [];
    const bytes = logprobs.flatMap((one) => [...one.bytes]);
    assert.equal(Buffer.from(bytes).toString('utf8'), run.text);
    parts.push(...logprobs.map((one) => [...one.bytes]).filter((one) => (one[0] ?? 0) >= 0x80));
  }
  assert.ok(parts.length > 0, 'no seed gave a character of several tokens');
});

test('no log probability is given for a token behind a stop sequence', async () => {
  const request = contractRequest({ logprobs: { top: 0 }, sampling: sampled(3) });
  const { text } = await runGeneration(engine, request);
  const stop = Array.from(text).slice(6, 9).join('');
  const run = await runGeneration(engine, { ...request, stop: [stop] });
  const bytes = (run.choices[0]?.logprobs ?? []).flatMap((one) => [...one.bytes]);
  assert.ok(Buffer.from(bytes).toString('utf8').startsWith(run.text));
  assert.ok(bytes.length <= Buffer.byteLength(run.text) + Buffer.byteLength(stop));
});
