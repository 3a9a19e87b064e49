// Start to ready, idle memory of the server process, and the commands that must be quick.
// MOONGATE_TEST_MODEL=<file.gguf> adds the start with that model.
//   node bench/start.ts [--rounds 5]
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from './support/describe-machine.ts';
import { inTurns } from './support/in-turns.ts';
import { printTable } from './support/print-table.ts';
import {
  childProcesses,
  processCpuMicroseconds,
  residentMebibytes,
} from './support/process-usage.ts';
import { readOptions } from './support/read-options.ts';
import { spawnNode } from './support/spawn-pinned.ts';
import {
  mainFile,
  moongateEnvironment,
  moongateLogFile,
  startMoongate,
} from './support/start-moongate.ts';
import { medianAndRange } from './support/statistics.ts';
import { makeWorkDirectory } from './support/work-directory.ts';

interface StartSide {
  readonly name: string;
  /** undefined = a fresh directory for every start. */
  readonly directory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

interface Measured {
  readonly listeningMs: number;
  readonly readyMs: number;
  readonly cpuMs: number;
  readonly serverMebibytes: number;
  readonly engineMebibytes: number;
}

const { rounds, secondsEach: idleSeconds } = readOptions({ rounds: 5, secondsEach: 2 });
const directory = makeWorkDirectory();
console.log(`${describeMachine(directory)}\n`);

const model = process.env.MOONGATE_TEST_MODEL;
const known = join(directory, 'known');
mkdirSync(known);
const sides: readonly StartSide[] = [
  { name: 'first start, without a model', directory: undefined, environment: {} },
  { name: 'later start, without a model', directory: known, environment: {} },
  ...(model === undefined ? [] : [withModel(model)]),
];
// Once for nothing: the first round must not be the only one that reads the files from the disk.
for (const side of sides) await measure(side);
printStarts(await inTurns(sides, rounds, measure));

const commands = ['node -e 0', 'moongate version', 'second server on the same data directory'];
const holder = await startMoongate({ directory: known, core: undefined });
const commandsMs = await inTurns(commands, rounds, measureCommand);
await holder.process.stop();
printTable(
  ['command', 'from start to exit, ms (range)'],
  [...commandsMs].map(([name, values]) => [name, medianAndRange(values, 0)]),
);

function withModel(file: string): StartSide {
  const environment = { MOONGATE_ENGINE: 'llama-cpp', MOONGATE_MODEL: file };
  return { name: 'later start, with the test model', directory: known, environment };
}

async function measure(side: StartSide): Promise<Measured> {
  const own = side.directory ?? mkdtempSync(join(directory, 'first-'));
  const { environment } = side;
  const started = await startMoongate({ directory: own, core: undefined, environment });
  const { id } = started.process;
  try {
    const cpuMs = processCpuMicroseconds(id) / 1_000;
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
    const children = childProcesses(id).map(residentMebibytes);
    return {
      listeningMs: started.listeningAfterMs,
      readyMs: started.readyAfterMs,
      cpuMs,
      serverMebibytes: residentMebibytes(id),
      engineMebibytes: children.reduce((sum, one) => sum + one, 0),
    };
  } finally {
    await started.process.stop();
  }
}

/** To the exit; a command that fails where it must not fails the bench. */
async function measureCommand(name: string): Promise<number> {
  const isSecondServer = name.startsWith('second');
  const words = name.startsWith('node')
    ? ['-e', '0']
    : [mainFile, isSecondServer ? 'serve' : 'version'];
  const startedMs = performance.now();
  const child = spawnNode(words, {
    core: undefined,
    environment: moongateEnvironment(known),
    logFile: moongateLogFile(directory),
  });
  const status = await child.exited();
  if ((status === 0) === isSecondServer) throw new Error(`${name} ended with ${status}`);
  return performance.now() - startedMs;
}

function printStarts(results: ReadonlyMap<StartSide, readonly Measured[]>): void {
  console.log(`## Start and idle memory: ${rounds} rounds, memory ${idleSeconds} s after ready\n`);
  const column = (measured: readonly Measured[], pick: (one: Measured) => number) =>
    medianAndRange(measured.map(pick), 0);
  printTable(
    ['', 'listening ms', 'ready ms', 'CPU ms until ready', 'server MiB', 'engine process MiB'],
    [...results].map(([side, measured]) => [
      side.name,
      column(measured, (one) => one.listeningMs),
      column(measured, (one) => one.readyMs),
      column(measured, (one) => one.cpuMs),
      column(measured, (one) => one.serverMebibytes),
      column(measured, (one) => one.engineMebibytes),
    ]),
  );
}
