import assert from 'node:assert/strict';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLlamaCppEngine, type LlamaCppEngine } from './llama-cpp-engine.ts';
import type { LlamaCppOptions } from './llama-cpp-options.ts';

const pollMs = 20;

/** An engine for tests: small, one thread, not yet ready. The caller closes it. */
export function startTestEngine(
  modelFile: string,
  options: Partial<LlamaCppOptions> = {},
): LlamaCppEngine {
  return createLlamaCppEngine({
    modelFile,
    modelName: 'tiny',
    hostUrl: new URL('./test-host.ts', import.meta.url),
    logger: silentLogger,
    clock: systemClock,
    contextTokens: 1_024,
    sequences: 3,
    grammarWorkerUrl: new URL('./test-grammar-worker.ts', import.meta.url),
    threads: 1,
    ...options,
  });
}

/** Waits for what another process brings about; fails after `timeoutMs`. */
export async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!condition()) {
    assert.ok(performance.now() < endMs, `not within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export function hostProcessId(engine: LlamaCppEngine): number {
  const { processId } = engine.state();
  assert.ok(processId !== undefined, 'no host is running');
  return processId;
}
