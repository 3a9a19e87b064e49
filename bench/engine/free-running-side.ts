import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { type BenchRequest, batchTokens, contextTokens, type Side, sequences } from './side.ts';

interface Renderer {
  render(variables: object): string;
}

/** node-llama-cpp as its guide shows it: one `evaluate()` loop a request, batched by the library. */
export async function startFreeRunning(modelFile: string): Promise<Side> {
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: 1,
    logLevel: LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath: modelFile });
  const context = await model.createContext({
    sequences,
    contextSize: contextTokens,
    batchSize: batchTokens,
    threads: 1,
  });
  const free = Array.from({ length: sequences }, () => context.getSequence());
  const { _bindings: bindings } = llama as unknown as {
    _bindings: { AddonJinjaRenderer: new (source: string) => Renderer };
  };
  const template = new bindings.AddonJinjaRenderer(
    model.fileInfo.metadata.tokenizer?.chat_template ?? '',
  );
  return {
    name: 'node-llama-cpp evaluate()',
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    close: () => llama.dispose(),
    answer: async ({ prompt, completionTokens }: BenchRequest, onFirstToken) => {
      const sequence = free.shift();
      if (sequence === undefined) throw new Error('more requests than sequences');
      const startedMs = performance.now();
      const messages = [{ role: 'user', content: prompt }];
      const text = template.render({ messages, add_generation_prompt: true, tools: null });
      await sequence.clearHistory();
      let firstTokenMs: number | undefined;
      let tokens = 0;
      const options = { temperature: 0, topK: 0, topP: 1, minP: 0 };
      for await (const _ of sequence.evaluate(model.tokenize(text, true), options)) {
        tokens += 1;
        if (firstTokenMs === undefined) {
          firstTokenMs = performance.now() - startedMs;
          onFirstToken?.();
        }
        if (tokens === completionTokens) break;
      }
      free.push(sequence);
      return { firstTokenMs: firstTokenMs ?? 0, completionTokens: tokens };
    },
  };
}
