import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { processCpuSeconds } from './process-cpu.ts';
import { type BenchRequest, batchTokens, contextTokens, type Side, sequences } from './side.ts';

const startTimeoutMs = 60_000;
const pollMs = 200;

/** llama-server on a free port; `command` is its binary, or a script that takes node_modules first. */
export async function startLlamaServer(command: string, modelFile: string): Promise<Side> {
  const port = await freePort();
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const cells = String(contextTokens * sequences);
  const batch = String(batchTokens);
  const server = spawn(
    command,
    [
      ...(command.endsWith('.sh') ? [modules] : []),
      ...['-m', modelFile, '--host', '127.0.0.1', '--port', String(port)],
      ...['-np', String(sequences), '-c', cells, '-b', batch, '-ub', batch],
      ...['--cache-ram', '0', '-t', '1', '--no-webui'],
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url);
  return {
    name: 'llama-server',
    cpuSeconds: () => processCpuSeconds(server.pid),
    close: async () => {
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
    answer: (benchRequest, onFirstToken) => answer(url, benchRequest, onFirstToken),
  };
}

async function answer(
  url: string,
  { prompt, completionTokens }: BenchRequest,
  onFirstToken?: () => void,
) {
  const startedMs = performance.now();
  const { body } = await request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: [{ role: 'user', content: prompt }],
      max_tokens: completionTokens,
      temperature: 0,
      top_k: 1,
      stream: true,
      stream_options: { include_usage: true },
    }),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let firstTokenMs: number | undefined;
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    // The first chunk of a stream only names the role.
    if (firstTokenMs !== undefined || !/"content":"[^"]/u.test(text)) continue;
    firstTokenMs = performance.now() - startedMs;
    onFirstToken?.();
  }
  const tokens = Number(/"completion_tokens":(\d+)/u.exec(text)?.[1] ?? 0);
  return { firstTokenMs: firstTokenMs ?? 0, completionTokens: tokens };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function untilHealthy(url: string): Promise<void> {
  const endMs = performance.now() + startTimeoutMs;
  while (performance.now() < endMs) {
    const status = await request(`${url}/health`).then(
      async (response) => {
        await response.body.dump();
        return response.statusCode;
      },
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`llama-server was not ready within ${startTimeoutMs} ms`);
}
