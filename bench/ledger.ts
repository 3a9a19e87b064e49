// Reserve + settle pairs a second on SQLite with synchronous=FULL: the product's batching writer thread
// against the same operations unbatched, alternating in one run. Prints ratios: absolute times mean nothing.
//   node bench/ledger.ts [--rounds 5] [--seconds 0.6]
import { join } from 'node:path';
import { openSqliteDatabase } from '../src/storage/index.ts';
import { openInThreadDatabase } from './ledger/in-thread-database.ts';
import { createLedgerSide, type LedgerSide, runPair, verifySide } from './ledger/ledger-side.ts';
import { describeMachine } from './support/describe-machine.ts';
import { inTurns } from './support/in-turns.ts';
import { printTable } from './support/print-table.ts';
import { readOptions } from './support/read-options.ts';
import { median, medianAndRange, percentile, roundRatios } from './support/statistics.ts';
import { makeWorkDirectory } from './support/work-directory.ts';

interface Variant {
  readonly side: LedgerSide;
  readonly accounts: 'many' | 'one';
  /** Pairs at once; the baseline has one, because each of its transactions blocks the thread. */
  readonly inFlight: number;
}

interface Measured {
  readonly pairsPerSecond: number;
  readonly cpuMicroseconds: number;
  readonly p99Ms: number;
}

const concurrencies = [1, 8, 64, 256];
const warmUpSeconds = 0.3;
// Verifying the whole ledger is one operation too.
const operationTimeoutMs = 120_000;
const operationsWaitingMax = 10_000;

const { rounds, secondsEach } = readOptions({ rounds: 5, secondsEach: 0.6 });
const directory = makeWorkDirectory();
console.log(`${describeMachine(directory)}\n`);

const batchedDatabase = await openSqliteDatabase({
  file: join(directory, 'batched.db'),
  workerUrl: new URL('../src/app/storage-worker.ts', import.meta.url),
  operationTimeoutMs,
  operationsWaitingMax,
  startedAtMs: Date.now(),
});
const unbatchedDatabase = openInThreadDatabase(join(directory, 'unbatched.db'));
try {
  const batched = await createLedgerSide(batchedDatabase);
  const unbatched = await createLedgerSide(unbatchedDatabase);
  for (const accounts of ['many', 'one'] as const) await compare(batched, unbatched, accounts);
  console.log(`- batched: ${await verifySide(batched)}`);
  console.log(`- unbatched: ${await verifySide(unbatched)}`);
} finally {
  await batchedDatabase.close();
  await unbatchedDatabase.close();
}

async function compare(
  batched: LedgerSide,
  unbatched: LedgerSide,
  accounts: Variant['accounts'],
): Promise<void> {
  const baseline: Variant = { side: unbatched, accounts, inFlight: 1 };
  const ours = concurrencies.map((inFlight): Variant => ({ side: batched, accounts, inFlight }));
  for (const variant of [baseline, ...ours]) await measure(variant, warmUpSeconds);
  const results = await inTurns([baseline, ...ours], rounds, (one) => measure(one, secondsEach));

  const name = accounts === 'many' ? `${batched.accountIds.length} accounts` : 'one hot account';
  console.log(`## Ledger, ${name}: medians of ${rounds} rounds of ${secondsEach} s\n`);
  const base = results.get(baseline) ?? [];
  const row = (title: string, measured: readonly Measured[]) => [
    title,
    median(measured.map((one) => one.pairsPerSecond)).toFixed(0),
    medianAndRange(roundRatios(measured.map(rate), base.map(rate))),
    median(measured.map((one) => one.cpuMicroseconds)).toFixed(0),
    median(measured.map((one) => one.p99Ms)).toFixed(1),
  ];
  printTable(
    ['', 'pairs/s', 'ratio to unbatched (range)', 'CPU µs a pair', 'p99 of a pair, ms'],
    [
      row('unbatched, in the caller’s thread', base),
      ...ours.map((one) => row(`batched, ${one.inFlight} in flight`, results.get(one) ?? [])),
    ],
  );
}

function rate({ pairsPerSecond }: Measured): number {
  return pairsPerSecond;
}

async function measure(variant: Variant, seconds: number): Promise<Measured> {
  const { side, inFlight } = variant;
  const durationsMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  const work = async (lane: number) => {
    for (let turn = 0; performance.now() < endMs; turn += 1) {
      const pairStartedMs = performance.now();
      await runPair(side, accountOf(variant, lane + turn * inFlight));
      durationsMs.push(performance.now() - pairStartedMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, lane) => work(lane)));
  const elapsedSeconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    pairsPerSecond: durationsMs.length / elapsedSeconds,
    cpuMicroseconds: (user + system) / durationsMs.length,
    p99Ms: percentile(durationsMs, 0.99),
  };
}

function accountOf({ side, accounts }: Variant, turn: number): string {
  const index = accounts === 'one' ? 0 : turn % side.accountIds.length;
  const id = side.accountIds[index];
  if (id === undefined) throw new Error('the bench has no accounts');
  return id;
}
