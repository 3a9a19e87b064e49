import { Command, CommanderError } from 'commander';
import { packageInformation } from '../version.ts';
import type { CommandContext } from './command-context.ts';
import { addCreditCommands, addLedgerCommands } from './credit-commands.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addKeyCommands } from './key-commands.ts';
import { addModelCommands } from './model-commands.ts';
import { addServeCommand } from './serve-command.ts';

/** Runs one command; resolves to the exit status. */
export async function runCommandLine(
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const program = createProgram(context);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const message = error instanceof Error ? error.message : String(error);
    const isJson = words.includes('--json');
    context.note(isJson ? JSON.stringify({ error: message }) : `moongate: ${message}`);
    return 1;
  }
}

function createProgram(context: CommandContext): Command {
  const program = new Command('moongate')
    .description(packageInformation.description)
    .option('--json', 'print JSON, for programs')
    .option('--config <file>', 'YAML file with settings (or MOONGATE_CONFIG)')
    .option('--data-dir <directory>', 'data directory (or MOONGATE_DATA_DIR)')
    .version(packageInformation.version, '--version')
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.note(text.trimEnd()),
    })
    .showHelpAfterError('(`moongate --help` explains every command)')
    .exitOverride()
    .addHelpText('after', examples);
  addServeCommand(program, context);
  addKeyCommands(program, context);
  addCreditCommands(program, context);
  addLedgerCommands(program, context);
  addModelCommands(program, context);
  addDoctorCommand(program, context);
  program
    .command('version')
    .description('The version of Moongate, Node and SQLite')
    .action((_options, command: Command) => {
      const versions = {
        moongate: packageInformation.version,
        node: process.versions.node,
        sqlite: process.versions.sqlite,
      };
      const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true;
      context.out(
        isJson
          ? JSON.stringify(versions)
          : `moongate ${versions.moongate} (node ${versions.node}, sqlite ${versions.sqlite})`,
      );
    });
  return program;
}

const examples = `
Examples:
  moongate                                    start the server on 127.0.0.1:8080
  moongate key create --name ci --json        make a key: {"key":…,"prefix":…}
  moongate key create --budget-usd 5          a key that may spend 5 USD a month
  moongate credits grant 1000000              add half a USD of credits
  moongate ledger verify                      prove that the money adds up
  moongate model pull qwen3.5-2b              fetch a better model

Every command works while a server runs on the same data directory, and without one.`;
