import type { Command } from 'commander';
import type {
  BalanceJson,
  GrantCreditsJson,
  GrantedCreditsJson,
  LedgerReportJson,
} from '../../http/index.ts';
import { callPrivateApi } from './call-private-api.ts';
import { type CommandContext, type CommonOptions, printJson } from './command-context.ts';

interface GrantOptions extends CommonOptions {
  readonly note?: string;
  readonly reference?: string;
}

export function addCreditCommands(program: Command, context: CommandContext): void {
  const credits = program
    .command('credits')
    .description('Credits of the account; 2,000,000 credits are one USD');

  credits
    .command('balance')
    .description('What is left, and what running requests hold of it')
    .action((_options, command: Command) => showBalance(context, command.optsWithGlobals()));

  credits
    .command('grant <credits>')
    .description('Adds credits, e.g. `moongate credits grant 1000000 --note "May budget"`')
    .option('--note <text>', 'why, kept with the entry')
    .option('--reference <text>', 'the same reference is granted once, however often it is sent')
    .action((amount: string, _options, command: Command) =>
      grant(context, command.optsWithGlobals(), amount),
    );
}

export function addLedgerCommands(program: Command, context: CommandContext): void {
  program
    .command('ledger')
    .description('The record of all money')
    .command('verify')
    .description(
      'Recomputes every balance and charge and names the rows that disagree; exit status 1 if any',
    )
    .action((_options, command: Command) => verify(context, command.optsWithGlobals()));
}

async function showBalance(context: CommandContext, options: CommonOptions): Promise<void> {
  const call = { method: 'GET', path: '/private/credits' } as const;
  printBalance(context, options, await callPrivateApi<BalanceJson>(context, options, call));
}

async function grant(
  context: CommandContext,
  options: GrantOptions,
  amount: string,
): Promise<void> {
  if (!/^\d{1,13}$/.test(amount)) throw new Error(`"${amount}" is not a whole number of credits.`);
  const body: GrantCreditsJson = {
    credits: Number(amount),
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.reference === undefined ? {} : { reference: options.reference }),
  };
  const call = { method: 'POST', path: '/private/credits/grants', body } as const;
  const granted = await callPrivateApi<GrantedCreditsJson>(context, options, call);
  if (options.json !== true && granted.outcome === 'already-granted') {
    context.note('Already granted under this reference: nothing was added.');
  }
  printBalance(context, options, granted);
}

function printBalance(context: CommandContext, options: CommonOptions, balance: BalanceJson): void {
  if (options.json === true) {
    printJson(context, balance);
    return;
  }
  const held =
    balance.heldCredits === 0 ? '' : `, ${balance.heldCredits} of them held by running requests`;
  context.out(`${balance.credits} credits (${balance.usd} USD)${held}`);
}

async function verify(context: CommandContext, options: CommonOptions): Promise<void> {
  const call = { method: 'GET', path: '/private/ledger/verification' } as const;
  const report = await callPrivateApi<LedgerReportJson>(context, options, call);
  if (!report.ok) process.exitCode = 1;
  if (options.json === true) return printJson(context, report);
  for (const problem of report.problems) {
    context.out(
      `${problem.row}: ${problem.invariant}: expected ${problem.expected}, found ${problem.found}`,
    );
  }
  const verdict = report.ok ? 'The ledger is sound' : 'The ledger is NOT sound';
  context.out(
    `${verdict}: ${report.entries} entries, ${report.wallets} wallets, ${report.openHolds} open holds.`,
  );
}
