import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { PlatformError } from '../../core/index.ts';
import { createGrammarCompiler, type GrammarCompilerOptions } from './index.ts';

const workerUrl = new URL('./test-grammar-worker.ts', import.meta.url);
const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
/** Its pattern never comes to an end on its value, in this life. */
const endlessSchema = { enum: [`${'a'.repeat(40)}!`], pattern: '^(a+)+$' };

const opened: { close(): Promise<void> }[] = [];

function open(options: Partial<GrammarCompilerOptions> = {}) {
  // Starting and compiling on a busy machine takes longer than the product allows.
  const compiler = createGrammarCompiler({ workerUrl, timeoutMs: 20_000, ...options });
  opened.push(compiler);
  return compiler;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

test('a schema is compiled in the worker, and what is relaxed or refused comes back', async () => {
  const compiler = open();
  const compiled = await compiler.compile({ schema, isStrict: true });
  assert.equal(compiled.kind, 'compiled');
  assert.match(compiled.gbnf, new RegExp(`^${compiled.rootRule} ::= `));
  const unique = { type: 'array', uniqueItems: true };
  const relaxed = await compiler.compile({ schema: unique, isStrict: false });
  assert.equal(relaxed.kind, 'compiled');
  assert.deepEqual(relaxed.relaxed, ['uniqueItems']);
  const refused = await compiler.compile({ schema: unique, isStrict: true });
  assert.equal(refused.kind, 'refused');
  assert.equal(refused.keyword, 'uniqueItems');
});

test('the prefix of the rules reaches the worker and tells cached grammars apart', async () => {
  const compiler = open();
  const [plain, prefixed] = await Promise.all([
    compiler.compile({ schema, isStrict: true }),
    compiler.compile({ schema, isStrict: true, rulePrefix: 'tool0-' }),
  ]);
  assert.ok(plain.kind === 'compiled' && prefixed.kind === 'compiled');
  assert.equal(plain.rootRule, 'root');
  assert.equal(prefixed.rootRule, 'tool0-root');
  for (const line of prefixed.gbnf.trimEnd().split('\n')) assert.match(line, /^tool0-/);
});

test('the same schema gives the same object again, also while it is being compiled', async () => {
  const compiler = open();
  const job = { schema, isStrict: true };
  const [first, second] = await Promise.all([compiler.compile(job), compiler.compile(job)]);
  assert.equal(second, first);
  assert.equal(await compiler.compile({ ...job }), first);
});

test('a schema that takes too long is refused, and the next one is compiled by a new worker', async () => {
  const compiler = open({ timeoutMs: 1000 });
  const refused = await compiler.compile({ schema: endlessSchema, isStrict: true });
  assert.equal(refused.kind, 'refused');
  assert.equal(refused.keyword, 'schema');
  assert.match(refused.message, /too long/);
  assert.equal((await compiler.compile({ schema, isStrict: true })).kind, 'compiled');
});

test('a schema beyond 64 KiB is refused before any worker sees it', async () => {
  const compiler = open({ workerUrl: new URL('./no-such-worker.ts', import.meta.url) });
  const large = { const: 'x'.repeat(70_000) };
  const refused = await compiler.compile({ schema: large, isStrict: false });
  assert.equal(refused.kind, 'refused');
  assert.equal(refused.keyword, 'schema');
  assert.deepEqual(await compiler.validate({ schema: large, text: '1' }), { kind: 'unchecked' });
});

test('more waiting schemas than allowed are turned away, and the others are served', async () => {
  const compiler = open({ waitingMax: 2 });
  const jobs = Array.from({ length: 6 }, (_, index) =>
    compiler.compile({ schema: { const: index }, isStrict: true }).then(
      (result) => result.kind,
      (error: unknown) => (error instanceof PlatformError ? error.code : 'unknown'),
    ),
  );
  assert.deepEqual((await Promise.all(jobs)).toSorted(), [
    'compiled',
    'compiled',
    'compiled',
    'engine/overloaded',
    'engine/overloaded',
    'engine/overloaded',
  ]);
});

test('a finished text is checked against its schema in the worker', async () => {
  const compiler = open();
  const check = (text: string) => compiler.validate({ schema, text });
  assert.deepEqual(await check('{"a":1}'), { kind: 'valid' });
  const wrong = await check('{"a":"1"}');
  assert.equal(wrong.kind, 'invalid');
  assert.equal(wrong.errors.at(-1)?.pointer, '#/a');
  assert.equal((await check('{"a":')).kind, 'invalid');
});

test('a pattern that never comes to an end leaves a text unchecked and the server free', async () => {
  const compiler = open({ timeoutMs: 1000 });
  const text = JSON.stringify(`${'a'.repeat(40)}!`);
  const slow = await compiler.validate({ schema: { pattern: '^(a+)+$' }, text });
  assert.deepEqual(slow, { kind: 'unchecked' });
  assert.deepEqual(await compiler.validate({ schema, text: '{"a":1}' }), { kind: 'valid' });
});

test('a worker that cannot start is an error that may be tried again', async () => {
  const missing = new URL('./no-such-worker.ts', import.meta.url);
  const compiler = open({ workerUrl: missing });
  await assert.rejects(
    compiler.compile({ schema, isStrict: true }),
    (error) => error instanceof PlatformError && error.code === 'engine/unavailable',
  );
});

test('closing ends what waits, and nothing is compiled afterwards', async () => {
  const compiler = open();
  const waiting = [1, 2, 3].map((value) =>
    assert.rejects(
      compiler.compile({ schema: { const: value }, isStrict: true }),
      (error) => error instanceof PlatformError && error.code === 'server/shutting-down',
    ),
  );
  await compiler.close();
  await Promise.all(waiting);
  await assert.rejects(compiler.compile({ schema: { const: 4 }, isStrict: true }), PlatformError);
});
