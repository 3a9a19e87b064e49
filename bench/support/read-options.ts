import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly rounds: number;
  /** How long each measurement of each side lasts. */
  readonly secondsEach: number;
}

/** `--rounds 1` is the short form that only shows that the command works. */
export function readOptions(defaults: BenchOptions): BenchOptions {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: String(defaults.rounds) },
      seconds: { type: 'string', default: String(defaults.secondsEach) },
    },
  });
  const rounds = Number(values.rounds);
  const secondsEach = Number(values.seconds);
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
    throw new Error('--rounds takes a whole number from 1 to 100');
  }
  if (!(secondsEach > 0 && secondsEach <= 60)) {
    throw new Error('--seconds takes a number above 0, at most 60');
  }
  return { rounds, secondsEach };
}
