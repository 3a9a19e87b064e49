import { type CommandContext, runCommandLine } from './app/index.ts';

// What this process writes (database, secrets, model files) is for its owner only.
process.umask(0o077);

const context: CommandContext = {
  environment: process.env,
  isTerminal: process.stderr.isTTY === true && process.env.CI === undefined,
  out: (text) => process.stdout.write(`${text}\n`),
  note: (text) => process.stderr.write(`${text}\n`),
};

process.exitCode = await runCommandLine(process.argv.slice(2), context);
