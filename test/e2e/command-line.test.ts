import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createInstallation, type Installation } from '../support/moongate-installation.ts';
import { postChat } from '../support/post-chat.ts';
import { successfulOutput } from '../support/run-program.ts';
import { startMoongate } from '../support/start-moongate.ts';
import { scriptedEngine } from '../support/test-model.ts';

interface CreatedKey {
  readonly key: string;
  readonly prefix: string;
  readonly name: string;
}

test('every command prints the same shape of JSON with a running server and without one', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const without = await shapesOfAllCommands(installation);
  await installation.serve();
  const withServer = await shapesOfAllCommands(installation);
  assert.deepEqual(withServer, without);
  assert.deepEqual(without['ledger verify'], {
    ok: 'boolean',
    openHolds: 'number',
    entries: 'number',
    wallets: 'number',
    postedCredits: 'number',
    heldCredits: 'number',
    problems: [],
  });
});

/** Each command once, on a key of its own; the answers as shapes, by command. */
async function shapesOfAllCommands(installation: Installation): Promise<Record<string, unknown>> {
  const created = await installation.ask<CreatedKey>('key', 'create', '--name', 'ci');
  const { prefix } = created;
  const shapes: Record<string, unknown> = { 'key create': shapeOf(created) };
  for (const words of [
    ['key', 'list'],
    ['key', 'disable', prefix],
    ['key', 'enable', prefix],
    ['key', 'delete', prefix],
    ['credits', 'balance'],
    ['credits', 'grant', '5'],
    ['ledger', 'verify'],
    ['model', 'list'],
    ['doctor'],
    ['version'],
  ]) {
    const answer = await installation.ask(...words);
    shapes[words.filter((word) => word !== prefix).join(' ')] = shapeOf(answer);
  }
  return shapes;
}

/** Names and types, without values; of a list the first item. What may be null counts as its own type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shapeOf(item)]));
}

test('a key works from the moment it is made, not while it is disabled, and never again once deleted', async (t) => {
  const moongate = await startMoongate(t, scriptedEngine);
  const { installation, url } = moongate;
  const created = await installation.ask<CreatedKey>('key', 'create', '--name', 'ci');
  assert.equal(created.name, 'ci');
  assert.ok(created.key.startsWith('sk_moon_'));
  assert.ok(created.prefix.length < created.key.length && created.key.startsWith(created.prefix));
  const use = async () => {
    const { status, body } = await postChat(
      { url, key: created.key },
      {
        model: 'moonshot/kimi-k2-5',
        messages: [{ role: 'user', content: 'Hi' }],
        max_tokens: 4,
      },
    );
    return [status, body.error?.code];
  };
  const refused = [401, 'invalid_api_key'];
  assert.deepEqual(await use(), [200, undefined]);
  await installation.ask('key', 'disable', created.prefix);
  assert.deepEqual(await use(), refused);
  await installation.ask('key', 'enable', created.prefix);
  assert.deepEqual(await use(), [200, undefined]);
  await installation.ask('key', 'delete', created.prefix);
  assert.deepEqual(await use(), refused);
  const again = await installation.command('key', 'enable', created.prefix);
  assert.equal(again.status, 1);
  assert.deepEqual(await use(), refused);
});

test('the ledger verifies, and a grant with the same reference is made once', async (t) => {
  const { installation } = await startMoongate(t, scriptedEngine);
  const words = ['credits', 'grant', '7', '--reference', 'may'];
  const grant = () => installation.ask<{ credits: number; outcome: string }>(...words);
  const outcomes = [await grant(), await grant()].map(({ credits, outcome }) => [credits, outcome]);
  assert.deepEqual(outcomes, [
    [10_000_007, 'granted'],
    [10_000_007, 'already-granted'],
  ]);
  const again = await installation.command(...words);
  assert.match(again.errorOutput, /Already granted under this reference/);
  assert.deepEqual(await installation.ask('ledger', 'verify'), {
    ok: true,
    openHolds: 0,
    entries: 2,
    wallets: 1,
    postedCredits: 10_000_007,
    heldCredits: 0,
    problems: [],
  });
});

test('a wrong setting is named with where it came from, and nothing is started', async (t) => {
  const installation = await createInstallation(t, { MOONGATE_PORT: 'eighty' });
  const wrong = await installation.command('serve');
  assert.equal(wrong.status, 1);
  assert.match(wrong.errorOutput, /server\.port \(environment\): must be integer/);
  const flag = await installation.command('serve', '--port', '70000');
  assert.equal(flag.status, 1);
  assert.match(flag.errorOutput, /server\.port \(flag\): must be <= 65535/);
  const choice = await installation.command('serve', '--port', '0', '--engine', 'steam');
  assert.equal(choice.status, 1);
  assert.match(
    choice.errorOutput,
    /engine\.kind \(flag\): must be one of llama-cpp, scripted, none\n/,
  );
  const short = await createInstallation(t, { ...scriptedEngine, MOONGATE_SECRET: 'short' });
  const secret = await short.command('key', 'list');
  assert.equal(secret.status, 1);
  assert.match(secret.errorOutput, /MOONGATE_SECRET must have at least 32 characters/);
  assert.doesNotMatch(secret.errorOutput, /short/);
});

test('failures have status 1 and a message, as JSON when JSON was asked for; help and version have status 0', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  const unknown = await installation.command('frobnicate');
  assert.equal(unknown.status, 1);
  assert.match(unknown.errorOutput, /frobnicate|too many arguments/);
  assert.match(unknown.errorOutput, /--help/);

  const noSuchKey = await installation.command('key', 'disable', 'sk_moon_nobody');
  assert.equal(noSuchKey.status, 1);
  assert.match(noSuchKey.errorOutput, /^moongate: /);
  const asJson = await installation.command('key', 'disable', 'sk_moon_nobody', '--json');
  assert.equal(asJson.status, 1);
  assert.equal(asJson.output, '');
  assert.equal(typeof (JSON.parse(asJson.errorOutput) as { error: unknown }).error, 'string');

  const noNumber = await installation.command('credits', 'grant', 'many');
  assert.equal(noNumber.status, 1);
  assert.match(noNumber.errorOutput, /"many" is not a whole number of credits/);

  for (const [words, reason] of [
    [['--budget-period', 'day'], /--budget-period needs --budget-usd/],
    [['--budget-usd', '5', '--budget-period', 'year'], /one of no_reset, day, week, month/],
    [['--budget-usd', 'five'], /--budget-usd five is no amount/],
  ] as const) {
    const wrong = await installation.command('key', 'create', ...words);
    assert.equal(wrong.status, 1);
    assert.match(wrong.errorOutput, reason);
  }
  assert.deepEqual(await installation.ask('key', 'list'), []);

  const help = successfulOutput(await installation.command('--help'));
  for (const word of ['serve', 'key', 'credits', 'ledger', 'model', 'doctor', 'version']) {
    assert.match(help, new RegExp(`^  ${word} `, 'm'));
  }
  assert.match(help, /Examples:/);
  assert.match(successfulOutput(await installation.command('key', '--help')), /create .*once/);
  assert.match(successfulOutput(await installation.command('--version')), /^\d+\.\d+\.\d+\n$/);
});

test('keys that were made under another pepper are shown as such', async (t) => {
  const installation = await createInstallation(t, scriptedEngine);
  await installation.ask('key', 'create', '--name', 'old');
  rmSync(join(installation.dataDirectory, 'key-pepper'));
  const listed = await installation.command('key', 'list');
  assert.match(successfulOutput(listed), /old {2}foreign pepper/);
  assert.match(listed.errorOutput, /1 of these keys.*key-pepper/);
  const [key] = await installation.ask<readonly { readonly foreign: boolean }[]>('key', 'list');
  assert.equal(key?.foreign, true);
});
