import { randomUUID } from 'node:crypto';
import { silentLogger, systemClock } from '../../src/core/index.ts';
import { createLlamaCppEngine } from '../../src/engines/llama-cpp/index.ts';
import { processCpuSeconds } from './process-cpu.ts';
import { type BenchRequest, batchTokens, contextTokens, type Side, sequences } from './side.ts';

/** The embedded engine as the server runs it: in its host process, through the Engine contract. */
export async function startMoongate(modelFile: string): Promise<Side> {
  const engine = createLlamaCppEngine({
    modelFile,
    modelName: 'bench',
    hostUrl: new URL('../../src/engines/llama-cpp/test-host.ts', import.meta.url),
    logger: silentLogger,
    clock: systemClock,
    contextTokens,
    sequences,
    batchTokens,
    threads: 1,
  });
  await engine.ready();
  const cacheScope = randomUUID();
  const { signal } = new AbortController();
  return {
    name: 'moongate',
    cpuSeconds: () => processCpuSeconds(engine.state().processId),
    close: () => engine.close(),
    answer: async ({ prompt, completionTokens }: BenchRequest, onFirstToken) => {
      const startedMs = performance.now();
      const sampling = {
        temperature: 0,
        topP: 1,
        topK: 0,
        minP: 0,
        seed: 1,
        frequencyPenalty: 0,
        presencePenalty: 0,
        repetitionPenalty: 1,
      };
      const request = {
        messages: [{ role: 'user' as const, content: prompt }],
        sampling,
        stop: [],
        completionTokensMax: completionTokens,
        cacheScope,
        templateVariables: {},
      };
      const prepared = await engine.prepare(request, signal);
      const allowance = {
        completionTokens: () => completionTokens,
        extend: () => Promise.resolve(completionTokens),
      };
      let firstTokenMs: number | undefined;
      let tokens = 0;
      for await (const batch of engine.generate(prepared, { allowance, signal })) {
        for (const event of batch) {
          if (event.type === 'progress') tokens = event.completionTokens;
        }
        if (tokens === 0 || firstTokenMs !== undefined) continue;
        firstTokenMs = performance.now() - startedMs;
        onFirstToken?.();
      }
      return { firstTokenMs: firstTokenMs ?? 0, completionTokens: tokens };
    },
  };
}
