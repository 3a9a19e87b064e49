import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeTinyModel } from '../../../test/support/tiny-gguf.ts';
import { PlatformError } from '../../core/index.ts';
import { allowanceOf } from '../engine-contract/contract-allowance.ts';
import { contractRequest, sampled, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { LlamaCppEngine } from './llama-cpp-engine.ts';
import { hostProcessId, startTestEngine, until } from './start-test-engine.ts';

let folder = '';
let modelFile = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moongate-crash-'));
  modelFile = join(folder, 'tiny.gguf');
  await writeTinyModel(modelFile);
});
after(() => rm(folder, { recursive: true }));

const neverAborted = new AbortController().signal;

async function withEngine(
  options: Parameters<typeof startTestEngine>[1],
  body: (engine: LlamaCppEngine) => Promise<void>,
): Promise<void> {
  const engine = startTestEngine(modelFile, options);
  try {
    await engine.ready();
    await body(engine);
  } finally {
    await engine.close();
  }
}

test('a crash of the host fails what was running after its events, and the engine comes back', () =>
  withEngine({}, async (engine) => {
    const events: GenerationEvent[] = [];
    await assert.rejects(() => generateUntilKilled(engine, 'moon', events), isUnavailable);
    assert.equal(events[0]?.type, 'started');
    assert.ok(events.some((event) => event.type === 'progress'));
    await assert.rejects(() => runGeneration(engine, contractRequest()), isUnavailable);
    assert.equal(engine.state().status, 'restarting');
    await engine.ready();
    const run = await runGeneration(engine, contractRequest());
    assert.ok(run.reason !== undefined);
    assert.equal(engine.state().crashes, 1);
  }));

test('a request that was running at two crashes is refused, others are not', () =>
  withEngine({}, async (engine) => {
    for (let crash = 0; crash < 2; crash += 1) {
      await assert.rejects(() => generateUntilKilled(engine, 'poison', []), isUnavailable);
      await engine.ready();
    }
    await assert.rejects(
      () => generateUntilKilled(engine, 'poison', []),
      (error) => error instanceof PlatformError && error.code === 'request/invalid',
    );
    await runGeneration(engine, contractRequest());
  }));

test('a host that no longer answers is killed and replaced', () =>
  withEngine({ requestStallMs: 400 }, async (engine) => {
    const processId = hostProcessId(engine);
    process.kill(processId, 'SIGSTOP');
    await until(() => engine.state().crashes === 1);
    await engine.ready();
    assert.notEqual(hostProcessId(engine), processId);
    await runGeneration(engine, contractRequest());
  }));

test('signals for the whole process group do not end the host', () =>
  withEngine({}, async (engine) => {
    process.kill(hostProcessId(engine), 'SIGINT');
    process.kill(hostProcessId(engine), 'SIGTERM');
    await runGeneration(engine, contractRequest());
    assert.equal(engine.state().crashes, 0);
  }));

test('close() leaves no process behind', async () => {
  const engine = startTestEngine(modelFile);
  await engine.ready();
  const processId = hostProcessId(engine);
  await engine.close();
  assert.equal(isAlive(processId), false);
});

test('a host dies with its parent', async () => {
  const code = `
    import { createLlamaCppEngine } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const ignore = () => undefined;
    const engine = createLlamaCppEngine({
      modelFile: ${JSON.stringify(modelFile)}, modelName: 'tiny', contextTokens: 256, threads: 1,
      hostUrl: new URL(${JSON.stringify(new URL('./test-host.ts', import.meta.url).href)}),
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore }, clock: { nowMs: Date.now },
    });
    await engine.ready();
    process.stdout.write(String(engine.state().processId));`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', code]);
  const [output] = await once(parent.stdout, 'data');
  const hostId = Number(String(output));
  assert.ok(isAlive(hostId));
  try {
    parent.kill('SIGKILL');
    await until(() => !isAlive(hostId));
  } finally {
    if (isAlive(hostId)) process.kill(hostId, 'SIGKILL');
  }
});

test('a model without a chat template is refused with a reason that helps', async () => {
  const bare = join(folder, 'bare.gguf');
  await writeTinyModel(bare, { chatTemplate: null });
  const engine = startTestEngine(bare);
  try {
    await assert.rejects(() => engine.ready(), isUnavailable);
    assert.match(engine.state().lastFailure ?? '', /no chat template.*instruct/u);
  } finally {
    await engine.close();
  }
});

test('a missing model file fails the start and never the server', async () => {
  const engine = startTestEngine(join(folder, 'missing.gguf'));
  try {
    await assert.rejects(() => engine.ready(), isUnavailable);
    await assert.rejects(() => engine.prepare(contractRequest(), neverAborted), isUnavailable);
  } finally {
    await engine.close();
  }
});

test('the fingerprint changes with the settings and not from start to start', async () => {
  const engines = [
    startTestEngine(modelFile),
    startTestEngine(modelFile),
    startTestEngine(modelFile, { contextTokens: 512 }),
  ];
  const [first, again, other] = engines.map((engine) => engine.describe().fingerprint);
  await Promise.all(engines.map((engine) => engine.close()));
  assert.match(first ?? '', /^fp_[0-9a-f]{12}$/u);
  assert.equal(first, again);
  assert.notEqual(first, other);
});

/** Kills the host at the first token, and keeps what came. */
async function generateUntilKilled(
  engine: LlamaCppEngine,
  text: string,
  events: GenerationEvent[],
): Promise<void> {
  const request = contractRequest({ messages: [userMessage(text)], sampling: sampled(1) });
  const endless = { ...request, completionTokensMax: undefined };
  const prepared = await engine.prepare(endless, neverAborted);
  const options = { allowance: allowanceOf(100_000), signal: neverAborted };
  for await (const batch of engine.generate(prepared, options)) {
    const isFirst = !events.some((event) => event.type === 'progress');
    events.push(...batch);
    const hasProgress = events.some((event) => event.type === 'progress');
    if (isFirst && hasProgress) process.kill(hostProcessId(engine), 'SIGKILL');
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof PlatformError && error.code === 'engine/unavailable';
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
