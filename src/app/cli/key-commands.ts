import type { Command } from 'commander';
import type { CreatedKeyJson, CreateKeyJson, KeyBudgetJson, KeyJson } from '../../http/index.ts';
import { callPrivateApi } from './call-private-api.ts';
import { type CommandContext, type CommonOptions, printJson } from './command-context.ts';

interface CreateOptions extends CommonOptions {
  readonly name?: string;
  readonly management?: boolean;
  readonly budgetUsd?: string;
  readonly budgetPeriod?: string;
}

export function addKeyCommands(program: Command, context: CommandContext): void {
  const key = program.command('key').description('API keys: make, list, disable, enable, delete');

  key
    .command('create')
    .description('Makes a key and shows it once; it is stored nowhere in full')
    .option('--name <name>', 'a name to recognise it by')
    .option('--management', 'a key that administers keys and can call no model')
    .option('--budget-usd <usd>', 'the most it may spend in a period, e.g. 25 or 0.50')
    .option('--budget-period <period>', 'no_reset, day, week or month (UTC; default month)')
    .action((_options, command: Command) => createKey(context, command.optsWithGlobals()));

  key
    .command('list')
    .description('All keys, without the keys themselves')
    .action((_options, command: Command) => listKeys(context, command.optsWithGlobals()));

  for (const [name, isDisabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    key
      .command(`${name} <prefix>`)
      .description(
        isDisabled ? 'Refuses the key from its next request on' : 'Lets a disabled key work again',
      )
      .action((prefix: string, _options, command: Command) =>
        switchKey(context, command.optsWithGlobals(), prefix, isDisabled),
      );
  }

  key
    .command('delete <prefix>')
    .description('Deletes the key for good; what it used stays on record')
    .action((prefix: string, _options, command: Command) =>
      deleteKey(context, command.optsWithGlobals(), prefix),
    );
}

async function createKey(context: CommandContext, options: CreateOptions): Promise<void> {
  const budget = readBudget(options);
  const body: CreateKeyJson = {
    kind: options.management === true ? 'management' : 'inference',
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(budget === undefined ? {} : { budget }),
  };
  const call = { method: 'POST', path: '/private/keys', body } as const;
  const created = await callPrivateApi<CreatedKeyJson>(context, options, call);
  if (options.json === true) return printJson(context, created);
  context.note('Keep this key: it is shown only now.');
  context.out(created.key);
}

const periods: readonly KeyBudgetJson['retention'][] = ['no_reset', 'day', 'week', 'month'];

function readBudget({ budgetUsd, budgetPeriod }: CreateOptions): KeyBudgetJson | undefined {
  if (budgetUsd === undefined) {
    if (budgetPeriod === undefined) return undefined;
    throw new Error('--budget-period needs --budget-usd: the most that the key may spend in it.');
  }
  const retention = periods.find((period) => period === (budgetPeriod ?? 'month'));
  if (retention === undefined) {
    throw new Error(
      `--budget-period ${budgetPeriod} is no period; it must be one of ${periods.join(', ')}.`,
    );
  }
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(budgetUsd)) {
    throw new Error(`--budget-usd ${budgetUsd} is no amount; write it like 25 or 0.50.`);
  }
  return { retention, thresholdUsd: budgetUsd };
}

async function listKeys(context: CommandContext, options: CommonOptions): Promise<void> {
  const call = { method: 'GET', path: '/private/keys' } as const;
  const keys = await callPrivateApi<KeyJson[]>(context, options, call);
  if (options.json === true) return printJson(context, keys);
  const foreign = keys.filter((each) => each.foreign).length;
  if (foreign > 0) {
    context.note(
      `WARNING: ${foreign} of these keys were made under another key pepper and are refused; restore the file key-pepper or MOONGATE_SECRET.`,
    );
  }
  if (keys.length === 0) context.note('No keys yet. `moongate key create` makes one.');
  for (const each of keys) context.out(describeKey(each));
}

function describeKey(key: KeyJson): string {
  const budget =
    key.budget === null ? '' : `  ${key.budget.thresholdUsd} USD per ${key.budget.retention}`;
  const foreign = key.foreign ? '  foreign pepper' : '';
  return [
    key.prefix,
    key.disabled ? 'disabled' : 'enabled ',
    key.kind.padEnd(10),
    `last used ${key.lastUsedAt ?? 'never'}`.padEnd(34),
    (key.name ?? '') + budget + foreign,
  ].join('  ');
}

async function switchKey(
  context: CommandContext,
  options: CommonOptions,
  prefix: string,
  disabled: boolean,
): Promise<void> {
  const call = { method: 'PATCH', path: pathOf(prefix), body: { disabled } } as const;
  const changed = await callPrivateApi<KeyJson>(context, options, call);
  if (options.json === true) return printJson(context, changed);
  context.out(`${prefix} is ${disabled ? 'disabled' : 'enabled'}.`);
}

async function deleteKey(
  context: CommandContext,
  options: CommonOptions,
  prefix: string,
): Promise<void> {
  const call = { method: 'DELETE', path: pathOf(prefix) } as const;
  const deleted = await callPrivateApi<{ deleted: boolean }>(context, options, call);
  if (options.json === true) return printJson(context, deleted);
  context.out(`${prefix} is deleted.`);
}

function pathOf(prefix: string): string {
  return `/private/keys/${encodeURIComponent(prefix)}`;
}
