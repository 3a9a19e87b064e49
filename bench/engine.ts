// The embedded engine against llama-server (when LLAMA_SERVER_BIN names it) and against
// node-llama-cpp's own loops, alternating in one run. Prints ratios: absolute times mean nothing.
//   node bench/engine.ts MODEL.gguf [rounds]
import { startFreeRunning } from './engine/free-running-side.ts';
import { startLlamaServer } from './engine/llama-server-side.ts';
import { startMoongate } from './engine/moongate-side.ts';
import type { Side } from './engine/side.ts';

interface Measured {
  readonly tokensPerSecond: number;
  readonly firstTokenMs: number;
  readonly cpuSeconds: number;
}

const promptSentences = 24;
const prefixSentences = 110;
const completionTokens = 32;
const concurrencies = [1, 4, 8];
const sentence = 'The gate opens when the moon is full and the sea is calm. ';
let promptCount = 0;

const [modelFile, roundsText = '5'] = process.argv.slice(2);
if (modelFile === undefined) throw new Error('usage: node bench/engine.ts MODEL.gguf [rounds]');
const rounds = Number(roundsText);

const sides = await startSides(modelFile);
try {
  for (const side of sides) await runAtOnce(side, 1);
  print(
    `Medians of ${rounds} rounds, sides alternating; 1 engine thread; ${completionTokens} tokens an answer.\n`,
  );
  for (const concurrency of concurrencies) {
    await compare(`${concurrency} cold prompts at once`, (side) => runAtOnce(side, concurrency));
  }
  await compare('second conversation with the prefix of one that decodes', runSharedPrefix);
} finally {
  for (const side of sides) await side.close();
}

async function startSides(model: string): Promise<readonly Side[]> {
  const server = process.env.LLAMA_SERVER_BIN;
  return [
    await startMoongate(model),
    await startFreeRunning(model),
    ...(server === undefined ? [] : [await startLlamaServer(server, model)]),
  ];
}

/** Cold: each prompt begins differently, so that no side can reuse anything. */
async function runAtOnce(side: Side, concurrency: number): Promise<Measured> {
  const prompts = Array.from({ length: concurrency }, () => {
    promptCount += 1;
    return `${promptCount} moons. ${sentence.repeat(promptSentences)} Tell a long story about it.`;
  });
  const cpuBefore = side.cpuSeconds();
  const startedMs = performance.now();
  const answers = await Promise.all(
    prompts.map((prompt) => side.answer({ prompt, completionTokens })),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    tokensPerSecond: sum(answers.map((one) => one.completionTokens)) / seconds,
    firstTokenMs: sum(answers.map((one) => one.firstTokenMs)) / concurrency,
    cpuSeconds: side.cpuSeconds() - cpuBefore,
  };
}

/** The time to the first token of a second conversation while the first one still decodes. */
async function runSharedPrefix(side: Side): Promise<Measured> {
  promptCount += 1;
  const prefix = `${promptCount} gates. ${sentence.repeat(prefixSentences)}`;
  const hasBegun = Promise.withResolvers<void>();
  const first = { prompt: `${prefix} Tell a long story.`, completionTokens: completionTokens * 4 };
  const firstAnswer = side.answer(first, hasBegun.resolve);
  await hasBegun.promise;
  const cpuBefore = side.cpuSeconds();
  const second = await side.answer({ prompt: `${prefix} Who was there?`, completionTokens });
  const cpuSeconds = side.cpuSeconds() - cpuBefore;
  await firstAnswer;
  const tokensPerSecond = second.completionTokens / (second.firstTokenMs / 1_000);
  return { tokensPerSecond, firstTokenMs: second.firstTokenMs, cpuSeconds };
}

async function compare(title: string, run: (side: Side) => Promise<Measured>): Promise<void> {
  const results = sides.map((): Measured[] => []);
  for (let round = 0; round < rounds; round += 1) {
    // The order turns round, so that no side always runs on a machine that another one has warmed.
    const order = sides.map((_, index) => (index + round) % sides.length);
    for (const index of order) {
      const side = sides[index];
      if (side !== undefined) results[index]?.push(await run(side));
    }
  }
  printTable(title, results);
}

function printTable(title: string, results: readonly (readonly Measured[])[]): void {
  const [ours = [], ...baselines] = results;
  print(`## ${title}\n`);
  print('| moongate / baseline | tokens per second | mean time to first token | CPU seconds |');
  print('|---|---|---|---|');
  for (const [index, baseline] of baselines.entries()) {
    const ratio = (pick: (one: Measured) => number) =>
      median(ours.map((one, round) => pick(one) / pick(baseline[round] ?? one))).toFixed(2);
    const name = sides[index + 1]?.name;
    print(
      `| ${name} | ${ratio((one) => one.tokensPerSecond)} | ${ratio((one) => one.firstTokenMs)} | ${ratio((one) => one.cpuSeconds)} |`,
    );
  }
  print('');
  for (const [index, measured] of results.entries()) {
    const tokens = median(measured.map((one) => one.tokensPerSecond)).toFixed(1);
    const first = median(measured.map((one) => one.firstTokenMs)).toFixed(0);
    print(`- ${sides[index]?.name}: ${tokens} tokens/s, first token after ${first} ms`);
  }
  print('');
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
