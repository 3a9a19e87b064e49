import { type CommandContext, runCommandLine } from './app/index.ts';

// What this process writes (database, secrets, model files) is for its owner only.
process.umask(0o077);

// A reader that has gone, as in `… | head`, must not take the server with it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const context: CommandContext = {
  environment: process.env,
  isTerminal: process.stderr.isTTY === true && process.env.CI === undefined,
  out: (text) => process.stdout.write(`${text}\n`),
  note: (text) => process.stderr.write(`${text}\n`),
};

process.exitCode = await runCommandLine(process.argv.slice(2), context);
