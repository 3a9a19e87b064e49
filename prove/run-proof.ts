import { parseArgs } from 'node:util';
import { CleanUps } from '../test/support/clean-ups.ts';
import type { CleanUpScope } from '../test/support/moongate-installation.ts';
import { createRandom, type Random } from '../test/support/random.ts';
import type { RoundReport } from '../test/support/round-report.ts';
import { type Moongate, startMoongate } from '../test/support/start-moongate.ts';
import { realOrTinyModel } from '../test/support/test-model.ts';

export interface ProofRound {
  readonly moongate: Moongate;
  readonly round: number;
  readonly random: Random;
  readonly tokensMax: number;
}

export interface Proof {
  readonly title: string;
  readonly roundsDefault: number;
  readonly tokensDefault: number;
  readonly environment: Readonly<Record<string, string>>;
  round(proof: ProofRound): Promise<RoundReport>;
  /** What must hold after the last round; each text is a violation. */
  afterwards(moongate: Moongate): Promise<readonly string[]>;
}

interface ProofOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly tokensMax: number;
}

/** Runs the rounds, prints a line for each, and sets the exit status to 1 when anything was violated. */
export async function runProof(proof: Proof): Promise<void> {
  const options = readOptions(proof);
  const cleanUps = new CleanUps();
  try {
    const violations = await proveIn(cleanUps, proof, options);
    for (const violation of violations) console.log(`VIOLATION ${violation}`);
    console.log(
      violations.length === 0 ? 'PROVEN: 0 violations' : `${violations.length} violations`,
    );
    if (violations.length > 0) process.exitCode = 1;
  } finally {
    await cleanUps.run();
  }
}

async function proveIn(
  scope: CleanUpScope,
  proof: Proof,
  { rounds, seed, tokensMax }: ProofOptions,
): Promise<string[]> {
  const model = await realOrTinyModel(scope);
  const moongate = await startMoongate(scope, { ...proof.environment, ...model.environment });
  console.log(`${proof.title}: ${rounds} rounds, seed ${seed}, at most ${tokensMax} tokens,`);
  console.log(`answered by ${moongate.model}, ${model.description}`);
  printRow(Object.keys(columns));
  const random = createRandom(seed);
  const reports: RoundReport[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const report = await proof.round({ moongate, round, random, tokensMax });
    reports.push(report);
    printRow(valuesOf([report], String(round)));
  }
  printRow(valuesOf(reports, 'all'));
  const violations = reports.flatMap((report) =>
    report.violations.map((violation) => `in round ${report.round}: ${violation}`),
  );
  return [...violations, ...(await proof.afterwards(moongate)), ...(await verifyLedger(moongate))];
}

async function verifyLedger({ installation }: Moongate): Promise<string[]> {
  const report = await installation.ask<{ ok: boolean; openHolds: number }>('ledger', 'verify');
  console.log(`ledger verify: ${JSON.stringify(report)}`);
  return report.ok && report.openHolds === 0 ? [] : ['the ledger does not verify'];
}

const columns: Readonly<Record<string, (report: RoundReport) => number>> = {
  round: ({ round }) => round,
  done: ({ done }) => done,
  unfinished: ({ unfinished }) => unfinished,
  'chunks seen': ({ chunksSeen }) => chunksSeen,
  'tokens billed': ({ tokensBilled }) => tokensBilled,
  entries: ({ newEntries }) => newEntries,
  credits: ({ creditsSpent }) => creditsSpent,
  violations: ({ violations }) => violations.length,
};

const columnCharacters = 14;

function valuesOf(reports: readonly RoundReport[], name: string): string[] {
  const [, ...totals] = Object.values(columns).map((column) =>
    String(reports.reduce((sum, report) => sum + column(report), 0)),
  );
  return [name, ...totals];
}

function printRow(values: readonly string[]): void {
  console.log(values.map((value) => value.padStart(columnCharacters)).join(''));
}

function readOptions(proof: Proof): ProofOptions {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(proof.roundsDefault) },
      seed: { type: 'string', default: '1' },
      tokens: { type: 'string', default: String(proof.tokensDefault) },
    },
  });
  return {
    rounds: readWholeNumber('rounds', values.rounds),
    seed: readWholeNumber('seed', values.seed),
    tokensMax: readWholeNumber('tokens', values.tokens),
  };
}

function readWholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} must be a whole number above 0.`);
  return Number(text);
}
