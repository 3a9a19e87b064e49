import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMoongateCommand } from '../support/run-moongate-command.ts';
import { type SpawnedProcess, serverCore, spawnNode } from '../support/spawn-pinned.ts';
import { startMoongate } from '../support/start-moongate.ts';
import type { BareAnswer } from './bare-answer.ts';
import { type ChatCall, type ChatLoad, createChatLoad } from './chat-load.ts';

export interface GatewaySide {
  readonly name: string;
  readonly processId: number;
  readonly load: ChatLoad;
}

export interface GatewaySides {
  readonly moongate: GatewaySide;
  readonly baselines: readonly GatewaySide[];
  readonly shortCall: ChatCall;
  readonly answerCall: ChatCall;
  readonly streamCall: ChatCall;
  /** Ends all processes. */
  close(): Promise<void>;
}

export const connections = 32;
/** One batch of events: what is left is the price of a request as such. */
const shortTokens = 1;
export const answerTokens = 64;
const startingCredits = 4_000_000_000_000;
const budgetUsd = '900000';

/** Starts the server and both baselines on one core; the upstream of the pass-through beside the load. */
export async function startGatewaySides(directory: string): Promise<GatewaySides> {
  const processes: SpawnedProcess[] = [];
  const close = async () => {
    await Promise.all(processes.map((one) => one.stop()));
  };
  try {
    const moongate = await startMoongate({
      directory,
      core: serverCore,
      environment: {
        MOONGATE_SEQUENCES: '64',
        MOONGATE_STARTING_CREDITS: String(startingCredits),
      },
    });
    processes.push(moongate.process);
    const key = createBudgetedKey(directory);
    const sample = await fetchSample(moongate.url, key);
    const answerFile = join(directory, 'answer.json');
    writeFileSync(answerFile, JSON.stringify(sample));

    const startBaseline = async (file: string, word: string, core: number | undefined) => {
      const script = fileURLToPath(new URL(file, import.meta.url));
      const logFile = join(directory, 'baseline.log');
      const child = spawnNode([script, word], { core, logFile });
      processes.push(child);
      return { child, url: String((await child.line(({ url }) => url !== undefined)).url) };
    };
    const upstream = await startBaseline('./bare-server.ts', answerFile, undefined);
    const bare = await startBaseline('./bare-server.ts', answerFile, serverCore);
    const relay = await startBaseline('./pass-through-server.ts', upstream.url, serverCore);
    const side = (name: string, process: SpawnedProcess, url: string): GatewaySide => ({
      name,
      processId: process.id,
      load: createChatLoad(url, connections),
    });
    return {
      moongate: side('moongate', moongate.process, moongate.url),
      baselines: [
        side('bare Fastify', bare.child, bare.url),
        side('Fastify + undici pass-through', relay.child, relay.url),
      ],
      shortCall: { body: requestBody(shortTokens, false), key, framesExpected: 0 },
      answerCall: { body: requestBody(answerTokens, false), key, framesExpected: 0 },
      streamCall: {
        body: requestBody(answerTokens, true),
        key,
        framesExpected: sample.frames.length,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** With a budget, so that each request also holds and settles a limit window. */
function createBudgetedKey(directory: string): string {
  const words = ['key', 'create', '--name', 'bench', '--budget-usd', budgetUsd];
  const { key } = runMoongateCommand(directory, words) as { readonly key: string };
  return key;
}

function requestBody(tokens: number, isStream: boolean): string {
  return JSON.stringify({
    model: 'moonshot/kimi-k2-5',
    messages: [{ role: 'user', content: 'Tell me about the moon and the tides.' }],
    max_tokens: tokens,
    temperature: 0,
    ...(isStream ? { stream: true } : {}),
  });
}

async function fetchSample(url: string, key: string): Promise<BareAnswer> {
  const ask = async (tokens: number, isStream: boolean) => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: requestBody(tokens, isStream),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`the sample request got status ${answer.status}`);
    return answer.text();
  };
  const answers = {
    [shortTokens]: JSON.parse(await ask(shortTokens, false)) as object,
    [answerTokens]: JSON.parse(await ask(answerTokens, false)) as object,
  };
  const frames = (await ask(answerTokens, true)).split('\n\n').filter((frame) => frame !== '');
  return { answers, frames: frames.map((frame) => `${frame}\n\n`) };
}
