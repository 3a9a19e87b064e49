import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { CleanUps } from '../support/clean-ups.ts';
import { neutralEnvironment } from '../support/moongate-installation.ts';
import { preparePython } from '../support/python-environment.ts';
import { runProgram, successfulOutput } from '../support/run-program.ts';
import { type Moongate, startMoongate } from '../support/start-moongate.ts';
import { realOrTinyModel } from '../support/test-model.ts';

const page = new URL('../../../shared/seed/kimi-k2-5.md', import.meta.url);
const model = 'moonshot/kimi-k2-5';
const question = { role: 'user', content: 'What is the capital of France?' };
const clientTimeoutMs = 180_000;

interface Answer {
  readonly object: string;
  readonly model: string;
  readonly choices: readonly { readonly message: { readonly content: string } }[];
  readonly usage: { readonly total_tokens: number };
}

interface PythonReport {
  readonly answer: ClientAnswer & { readonly credits: number };
  readonly stream: ClientAnswer;
  readonly errors: readonly unknown[];
  readonly models: readonly string[];
}

interface ClientAnswer {
  readonly content: string;
  readonly finishReason: string;
  readonly tokens: readonly [number, number, number];
}

describe('a running server', () => {
  const cleanUps = new CleanUps();
  let moongate: Moongate;
  before(async () => {
    const { environment } = await realOrTinyModel(cleanUps);
    // The page's snippets name no bound: the context is their bound, and keeps the test short.
    moongate = await startMoongate(cleanUps, { ...environment, MOONGATE_CONTEXT_TOKENS: '256' });
  });
  after(() => cleanUps.run());

  const withAddress = (snippet: string) =>
    snippet
      .replace('https://api.aimlapi.com', moongate.url)
      .replace(/Bearer <YOUR_AIMLAPI_KEY>/, `Bearer ${moongate.key}`);
  const clientEnvironment = () => ({
    ...neutralEnvironment(),
    MOONGATE_URL: moongate.url,
    MOONGATE_API_KEY: moongate.key,
  });

  test("answers the page's JavaScript snippet with only address and key replaced", async () => {
    const result = await runProgram(process.execPath, ['--input-type=module', '-'], {
      environment: neutralEnvironment(),
      input: withAddress(readFixture('page-snippet.mjs.txt')),
      timeoutMs: clientTimeoutMs,
    });
    checkPageAnswer(successfulOutput(result), moongate.model);
  });

  test("answers the page's Python snippet with only address and key replaced", async (t) => {
    const python = await preparePython();
    if (python.kind === 'missing') return t.skip(python.reason);
    const result = await runProgram(python.python, ['-'], {
      environment: neutralEnvironment(),
      input: withAddress(readFixture('page-snippet.py')),
      timeoutMs: clientTimeoutMs,
    });
    checkPageAnswer(successfulOutput(result), moongate.model);
  });

  test('works with the official Python client: answers, streams, errors and the list of models', async (t) => {
    const python = await preparePython();
    if (python.kind === 'missing') return t.skip(python.reason);
    const result = await runProgram(python.python, ['-'], {
      environment: clientEnvironment(),
      input: readFixture('openai-client.py'),
      timeoutMs: clientTimeoutMs,
    });
    const seen = JSON.parse(successfulOutput(result)) as PythonReport;
    for (const answer of [seen.answer, seen.stream]) {
      const [promptTokens, completionTokens, totalTokens] = answer.tokens;
      assert.ok(answer.content.length > 0);
      assert.match(answer.finishReason, /^(stop|length)$/);
      assert.ok(promptTokens > 0 && completionTokens > 0);
      assert.equal(totalTokens, promptTokens + completionTokens);
    }
    assert.ok(seen.answer.credits > 0);
    assert.deepEqual(seen.errors, [
      ['AuthenticationError', 'invalid_api_key', null],
      ['BadRequestError', 'invalid_value', 'temperature'],
      ['NotFoundError', 'model_not_found', 'model'],
    ]);
    assert.deepEqual(seen.models, [model, moongate.model]);
  });

  test('answers curl', async () => {
    const answer = JSON.parse(await curl({ max_tokens: 16 })) as Answer;
    assert.equal(answer.object, 'chat.completion');
    assert.ok((answer.choices[0]?.message.content ?? '').length > 0);
  });

  test('streams to curl', async () => {
    const events = (await curl({ max_tokens: 16, stream: true })).trimEnd().split('\n\n');
    assert.equal(events.at(-1), 'data: [DONE]');
    const last = JSON.parse((events.at(-2) ?? '').replace(/^data: /, '')) as Answer;
    assert.ok(last.usage.total_tokens > 0);
  });

  async function curl(fields: object): Promise<string> {
    const headers = [`Authorization: Bearer ${moongate.key}`, 'Content-Type: application/json'];
    const words = ['--silent', '--show-error', '--fail-with-body', '--no-buffer'];
    for (const header of headers) words.push('--header', header);
    words.push('--data', JSON.stringify({ model, messages: [question], ...fields }));
    words.push(`${moongate.url}/v1/chat/completions`);
    return successfulOutput(
      await runProgram('curl', words, {
        environment: neutralEnvironment(),
        timeoutMs: clientTimeoutMs,
      }),
    );
  }
});

test('the snippets are those of the page, letter for letter', {
  skip: !existsSync(page) && 'the page is not at hand',
}, () => {
  const text = readFileSync(page, 'utf8');
  assert.ok(text.includes(`\`\`\`python\n${readFixture('page-snippet.py')}\`\`\``));
  assert.ok(text.includes(`\`\`\`javascript\n${readFixture('page-snippet.mjs.txt')}\`\`\``));
});

function readFixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}

function checkPageAnswer(output: string, modelName: string): void {
  const answer = JSON.parse(output) as Answer;
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, modelName);
  assert.ok((answer.choices[0]?.message.content ?? '').length > 0);
  assert.ok(answer.usage.total_tokens > 0);
}
