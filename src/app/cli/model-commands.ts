import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

/** Loaded only when a command runs: fetching and unpacking models is most of the start-up time. */
const actions = () => import('./model-actions.ts');

export function addModelCommands(program: Command, context: CommandContext): void {
  const model = program
    .command('model')
    .description('Model files of the embedded engine, shared by all data directories');

  model
    .command('list')
    .description('The catalogue, and which of it is on disk')
    .action(async (_options, command: Command) =>
      (await actions()).listModelFiles(context, command.optsWithGlobals()),
    );

  model
    .command('pull [id]')
    .description('Fetches a model, continuing an earlier attempt; without an id the smallest one')
    .option('--from <path or URL>', 'a file or address of your own to try first')
    .action(async (id: string | undefined, _options, command: Command) =>
      (await actions()).pullModelFile(context, command.optsWithGlobals(), id),
    );

  model
    .command('remove <id>')
    .description('Removes the file of a model')
    .action(async (id: string, _options, command: Command) =>
      (await actions()).removeModelFile(context, command.optsWithGlobals(), id),
    );
}
