// CPU µs a request and a streamed chunk, requests/s and latency of the whole server, with everything on,
// against bare servers that answer the same bytes, alternating in one run.
//   node bench/gateway.ts [--rounds 5] [--seconds 1.3]
import type { ChatCall } from './gateway/chat-load.ts';
import {
  answerTokens,
  connections,
  type GatewaySide,
  startGatewaySides,
} from './gateway/gateway-sides.ts';
import { describeMachine } from './support/describe-machine.ts';
import { inTurns } from './support/in-turns.ts';
import { printTable } from './support/print-table.ts';
import { processCpuMicroseconds } from './support/process-usage.ts';
import { readOptions } from './support/read-options.ts';
import { runMoongateCommand } from './support/run-moongate-command.ts';
import { canPin, pinLoadGenerator } from './support/spawn-pinned.ts';
import { median, medianAndRange, percentile, roundRatios } from './support/statistics.ts';
import { makeWorkDirectory } from './support/work-directory.ts';

interface Saturated {
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
}

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

type Results<Value> = ReadonlyMap<GatewaySide, readonly Value[]>;

const warmUpSeconds = 1;
const openLoadShare = 1 / 3;

const { rounds, secondsEach } = readOptions({ rounds: 5, secondsEach: 1.3 });
const directory = makeWorkDirectory();
console.log(describeMachine(directory));
console.log(
  canPin
    ? 'Servers on one core, load generator on another.\n'
    : 'NOT pinned to cores (no taskset, or one core): server and load share what there is.\n',
);
pinLoadGenerator();

const sides = await startGatewaySides(directory);
const all = [sides.moongate, ...sides.baselines];
const { shortCall, answerCall, streamCall } = sides;
try {
  for (const side of all) {
    for (const call of [shortCall, answerCall, streamCall])
      await side.load.runClosed(call, warmUpSeconds);
  }
  const short = await inTurns(all, rounds, (side) => saturate(side, shortCall));
  printSaturated('Answers of one token', 'request', 1, short);
  const answers = await inTurns(all, rounds, (side) => saturate(side, answerCall));
  printSaturated(`Answers of ${answerTokens} tokens at once`, 'request', 1, answers);
  const streams = await inTurns(all, rounds, (side) => saturate(side, streamCall));
  const frames = streamCall.framesExpected;
  printSaturated(`Streams of ${frames} frames without a pause`, 'chunk', frames, streams);

  const saturation = median(
    (answers.get(sides.moongate) ?? []).map((one) => one.requestsPerSecond),
  );
  const perSecond = saturation * openLoadShare;
  const latencies = await inTurns(all, rounds, (side) => measureLatency(side, perSecond));
  printLatency(perSecond, latencies);
  for (const side of all) await side.load.close();
  console.log(`- ledger: ${JSON.stringify(runMoongateCommand(directory, ['ledger', 'verify']))}`);
} finally {
  await sides.close();
}

async function saturate(side: GatewaySide, call: ChatCall): Promise<Saturated> {
  const cpuBefore = processCpuMicroseconds(side.processId);
  const { requests, seconds } = await side.load.runClosed(call, secondsEach);
  const cpu = processCpuMicroseconds(side.processId) - cpuBefore;
  return { cpuMicroseconds: cpu / requests, requestsPerSecond: requests / seconds };
}

async function measureLatency(side: GatewaySide, perSecond: number): Promise<Latency> {
  const { latenciesMs } = await side.load.runOpen(answerCall, secondsEach, perSecond);
  return { p50Ms: percentile(latenciesMs, 0.5), p99Ms: percentile(latenciesMs, 0.99) };
}

function printSaturated(
  title: string,
  unit: string,
  unitsPerRequest: number,
  results: Results<Saturated>,
): void {
  const ours = results.get(sides.moongate) ?? [];
  const cpu = (one: Saturated) => one.cpuMicroseconds / unitsPerRequest;
  console.log(`## ${title}: ${connections} connections, ${rounds} rounds of ${secondsEach} s\n`);
  printTable(
    ['', `CPU µs a ${unit} (range)`, 'requests/s', 'moongate / this, CPU (range)'],
    [...results].map(([side, measured]) => [
      side.name,
      medianAndRange(measured.map(cpu), unitsPerRequest > 1 ? 1 : 0),
      median(measured.map((one) => one.requestsPerSecond)).toFixed(0),
      medianAndRange(roundRatios(ours.map(cpu), measured.map(cpu))),
    ]),
  );
}

function printLatency(perSecond: number, results: Results<Latency>): void {
  const ours = results.get(sides.moongate) ?? [];
  console.log(
    `## Latency at ${perSecond.toFixed(0)} requests/s, a third of the server's saturation; ${rounds} rounds\n`,
  );
  printTable(
    ['', 'p50 ms', 'p99 ms', 'added p50 ms (range)', 'p99 of moongate / this (range)'],
    [...results].map(([side, measured]) => [
      side.name,
      median(measured.map((one) => one.p50Ms)).toFixed(2),
      median(measured.map((one) => one.p99Ms)).toFixed(1),
      medianAndRange(ours.map((one, round) => one.p50Ms - (measured[round]?.p50Ms ?? Number.NaN))),
      medianAndRange(
        roundRatios(
          ours.map((one) => one.p99Ms),
          measured.map((one) => one.p99Ms),
        ),
      ),
    ]),
  );
}
