import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description(
      'Checks this machine and installation and says what to do; exit status 1 on a problem',
    )
    .action(async (_options, command: Command) => {
      const { runDoctor } = await import('./run-doctor.ts');
      await runDoctor(context, command.optsWithGlobals());
    });
}
