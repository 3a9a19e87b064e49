import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { type Schema, Validator } from '@cfworker/json-schema';
import OpenAI from 'openai';
import { auditBooks, creditsOf } from '../support/audit-books.ts';
import { CleanUps } from '../support/clean-ups.ts';
import { readBooks } from '../support/ledger-books.ts';
import { neutralEnvironment } from '../support/moongate-installation.ts';
import { preparePython } from '../support/python-environment.ts';
import { runProgram, successfulOutput } from '../support/run-program.ts';
import { type Moongate, startMoongate } from '../support/start-moongate.ts';
import { realOrTinyModel } from '../support/test-model.ts';
import { isTrueWithin } from '../support/wait-until.ts';

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Message = OpenAI.ChatCompletionMessageParam;
type Call = OpenAI.ChatCompletionMessageFunctionToolCall;

interface Bill {
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly cached_tokens?: number;
  };
  readonly credits: number;
}

/** An answer, however it came. */
interface Answer {
  readonly choices: readonly Choice[];
  readonly bill: Bill;
}

interface Choice {
  readonly content: string;
  readonly calls: readonly Call[];
  readonly finishReason: string;
  readonly logprobs: readonly OpenAI.ChatCompletionTokenLogprob[];
}

interface PythonReport {
  readonly rounds: readonly {
    readonly streamed: boolean;
    readonly choices: readonly Omit<Choice, 'logprobs'>[];
    readonly usage: Bill['usage'];
    readonly credits: number;
  }[];
}

const model = 'moonshot/kimi-k2-5';
const isRealModel = (process.env.MOONGATE_TEST_MODEL ?? '') !== '';
const clientTimeoutMs = 240_000;
const question = 'What is the weather in Oslo, and what is 12 times 7?';
const controlText = /<\/?(?:tool_call|tool_response|think)>|<\|/u;
const { tools, answerSchema } = JSON.parse(
  readFileSync(new URL('./fixtures/tools.json', import.meta.url), 'utf8'),
) as { readonly tools: OpenAI.ChatCompletionFunctionTool[]; readonly answerSchema: object };
const named = (name: string) => ({ type: 'function', function: { name } }) as const;

describe('tools over three rounds', () => {
  const cleanUps = new CleanUps();
  let moongate: Moongate;
  let client: OpenAI;
  before(async () => {
    const { environment } = await realOrTinyModel(cleanUps);
    moongate = await startMoongate(cleanUps, { ...environment, MOONGATE_CONTEXT_TOKENS: '4096' });
    client = new OpenAI({ apiKey: moongate.key, baseURL: `${moongate.url}/v1`, maxRetries: 0 });
  });
  after(() => cleanUps.run());

  const ways = { 'not streamed': whole, streamed } as const;
  for (const [way, ask] of Object.entries(ways)) {
    test(`required, named and auto calls through the JavaScript client, ${way}`, async () => {
      const first = await ask({ ...conversation([]), tool_choice: 'required' });
      const firstCall = onlyCall(first);
      const second = await ask({
        ...conversation([assistant([firstCall]), result(firstCall)]),
        tool_choice: named('calculate'),
      });
      const secondCall = onlyCall(second);
      assert.equal(secondCall.function.name, 'calculate');
      const history = [assistant([firstCall]), result(firstCall), assistant([secondCall])];
      const third = await ask(conversation([...history, result(secondCall)]));
      for (const choice of third.choices) checkChoice(choice);
      assert.equal(new Set([firstCall.id, secondCall.id]).size, 2);
    });

    test(`results in any order and ids of any form are read, ${way}`, async () => {
      const calls = [
        call('functions.get_weather:0', 'get_weather', '{"city":"Oslo","days":1}'),
        call('call_b', 'calculate', '{"terms":[12,7],"operator":"*"}'),
      ];
      const [one, other] = calls.map(result);
      assert.ok(one !== undefined && other !== undefined);
      const inOrder = await ask(conversation([assistant(calls), one, other]));
      const reversed = await ask(conversation([assistant(calls), other, one]));
      for (const { choices } of [inOrder, reversed]) choices.forEach(checkChoice);
      // The same texts, and none of them left out.
      assert.equal(reversed.bill.usage.prompt_tokens, inOrder.bill.usage.prompt_tokens);
      const again = await ask({
        ...conversation([assistant(calls), other, one]),
        tool_choice: 'required',
      });
      onlyCall(again);
    });

    test(`under auto a model calls where it did before, ${way}`, async () => {
      const asked = (city: string): Message => ({
        role: 'user',
        content: `What is the weather in ${city}?`,
      });
      const earlier = ['Rome', 'Paris'].flatMap((city) => {
        const made = call(`call_${city}`, 'get_weather', JSON.stringify({ city, days: 1 }));
        const told: Message = { role: 'assistant', content: 'Rain, 4 °C.' };
        return [asked(city), assistant([made]), result(made), told];
      });
      const answer = await ask({ ...conversation([]), messages: [...earlier, asked('Oslo')] });
      // A model of random weights never begins a call by itself.
      if (isRealModel) assert.equal(onlyCall(answer).function.name, 'get_weather');
      else answer.choices.forEach(checkChoice);
    });

    test(`each of two choices makes a call of its own, ${way}`, async () => {
      const { choices } = await ask({
        ...conversation([]),
        n: 2,
        tool_choice: 'required',
        temperature: 1,
      });
      assert.equal(choices.length, 2);
      choices.forEach(checkChoice);
      const ids = choices.flatMap(({ calls }) => calls.map(({ id }) => id));
      assert.equal(new Set(ids).size, 2);
    });

    test(`an answer in a JSON schema validates, ${way}`, async () => {
      const { choices } = await ask({
        model,
        messages: [{ role: 'user', content: question }],
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', strict: true, schema: { ...answerSchema } },
        },
        max_tokens: 400,
      });
      const [choice] = choices;
      assert.equal(choice?.finishReason, 'stop');
      assertValid(answerSchema, choice.content);
    });

    test(`log probabilities are those of the tokens of the answer, ${way}`, async () => {
      const { choices, bill } = await ask({
        model,
        messages: [{ role: 'user', content: question }],
        logprobs: true,
        top_logprobs: 3,
        max_tokens: 12,
      });
      const [choice] = choices;
      const tokens = choice?.logprobs ?? [];
      const ended = choice?.finishReason === 'stop' ? 1 : 0;
      assert.ok(tokens.length >= bill.usage.completion_tokens - ended);
      const bytes = tokens.flatMap((token) => token.bytes ?? []);
      const text = Buffer.from(bytes).toString();
      assert.ok(text.startsWith(choice?.content ?? assert.fail('a choice')), text);
      for (const { logprob, top_logprobs: top } of tokens) {
        assert.ok(logprob <= 0);
        assert.equal(top.length, 3);
        assert.ok(
          top.every((one, index) => index === 0 || one.logprob <= Number(top[index - 1]?.logprob)),
        );
      }
    });
  }

  test('an answer and its stream are the same words at temperature 0', async () => {
    const request = { ...conversation([]), tool_choice: 'required' } as const;
    const [answer, stream] = [await whole(request), await streamed(request)];
    const [one, other] = [onlyCall(answer), onlyCall(stream)];
    assert.deepEqual(one.function, other.function);
  });

  test('a stream says the name once and first, then pieces of the arguments', async () => {
    const stream = await client.chat.completions.create({
      ...conversation([]),
      tool_choice: named('get_weather'),
      stream: true,
    });
    const deltas: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[] = [];
    for await (const { choices } of stream) deltas.push(...(choices[0]?.delta.tool_calls ?? []));
    const [first, ...rest] = deltas;
    assert.equal(first?.function?.name, 'get_weather');
    assert.match(first?.id ?? '', /./u);
    assert.ok(rest.length > 1, 'the arguments came in pieces');
    for (const { id, function: written } of rest) {
      assert.deepEqual([id, written?.name], [undefined, undefined]);
    }
  });

  test("the client's own helper puts a streamed call together", async () => {
    const runner = client.chat.completions.stream({
      ...conversation([]),
      tool_choice: named('calculate'),
    });
    const [choice] = (await runner.finalChatCompletion()).choices;
    assert.equal(choice?.finish_reason, 'tool_calls');
    const [made] = (choice.message.tool_calls ?? []) as Call[];
    assertValid(parametersOf('calculate'), made?.function.arguments ?? '');
  });

  test('the same three rounds through the Python client, streamed and not', async (t) => {
    const python = await preparePython();
    if (python.kind === 'missing') return t.skip(python.reason);
    const environment = {
      ...neutralEnvironment(),
      MOONGATE_URL: moongate.url,
      MOONGATE_API_KEY: moongate.key,
      MOONGATE_TOOLS: JSON.stringify({ tools, answerSchema, question }),
    };
    const script = readFileSync(new URL('./fixtures/tools.py', import.meta.url), 'utf8');
    const ran = await runProgram(python.python, ['-'], {
      environment,
      input: script,
      timeoutMs: clientTimeoutMs,
    });
    const { rounds } = JSON.parse(successfulOutput(ran)) as PythonReport;
    assert.deepEqual(
      rounds.map(({ streamed: isStreamed }) => isStreamed),
      [false, false, false, false, true, true, true, true],
    );
    for (const [index, { choices, usage, credits }] of rounds.entries()) {
      checkBill({ usage, credits });
      if (index % 4 === 3) {
        assert.equal(choices[0]?.finishReason, 'stop');
        assertValid(answerSchema, choices[0].content);
        continue;
      }
      for (const choice of choices) checkChoice({ ...choice, logprobs: [] });
      if (index % 4 < 2) assert.equal(choices[0]?.calls.length, 1);
    }
  });

  test('afterwards the books add up: every charge is its tokens times their price', async () => {
    const { dataDirectory } = moongate.installation;
    assert.ok(await isTrueWithin(5_000, () => readBooks(dataDirectory).openHolds === 0));
    const books = readBooks(dataDirectory);
    assert.ok(books.charges.length >= 20);
    assert.deepEqual(auditBooks(books), []);
  });

  function conversation(later: readonly Message[]) {
    return {
      model,
      messages: [{ role: 'user', content: question }, ...later],
      tools,
      temperature: 0,
      parallel_tool_calls: false,
      max_tokens: 200,
    } satisfies Request;
  }

  async function whole(request: Request): Promise<Answer> {
    const answer = await client.chat.completions.create(request);
    const { usage, meta } = answer as unknown as BilledBody;
    return billed(
      answer.choices.map(({ message, finish_reason: finishReason, logprobs }) => ({
        content: message.content ?? '',
        calls: (message.tool_calls ?? []) as Call[],
        finishReason,
        logprobs: logprobs?.content ?? [],
      })),
      { usage, credits: meta.usage.credits_used },
    );
  }

  async function streamed(request: Request): Promise<Answer> {
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    const choices = new Map<number, Gathered>();
    let last: BilledBody | undefined;
    for await (const chunk of stream) {
      last = chunk as unknown as BilledBody;
      for (const choice of chunk.choices) {
        const gathered = choices.get(choice.index) ?? new Gathered();
        choices.set(choice.index, gathered);
        gathered.take(choice);
      }
    }
    const { usage, meta } = last ?? assert.fail('an empty stream');
    const inOrder = [...choices].toSorted(([one], [other]) => one - other);
    return billed(
      inOrder.map(([, choice]) => choice),
      { usage, credits: meta.usage.credits_used },
    );
  }
});

interface BilledBody {
  readonly usage: Bill['usage'];
  readonly meta: { readonly usage: { readonly credits_used: number } };
}

/** One choice of a stream, put together from its chunks. */
class Gathered implements Choice {
  content = '';
  finishReason = '';
  readonly calls: Call[] = [];
  readonly logprobs: OpenAI.ChatCompletionTokenLogprob[] = [];

  take({ delta, finish_reason: reason, logprobs }: OpenAI.ChatCompletionChunk.Choice): void {
    assert.equal(this.finishReason, '', 'nothing comes after the finish reason');
    this.content += delta.content ?? '';
    this.finishReason = reason ?? '';
    this.logprobs.push(...(logprobs?.content ?? []));
    for (const { index, id, function: written } of delta.tool_calls ?? []) {
      const known = this.calls[index];
      if (known !== undefined) known.function.arguments += written?.arguments ?? '';
      else this.calls[index] = call(id ?? '', written?.name ?? '', written?.arguments ?? '');
    }
  }
}

function billed(choices: readonly Choice[], bill: Bill): Answer {
  checkBill(bill);
  return { choices, bill };
}

function checkBill({ usage, credits }: Bill): void {
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  const expected = creditsOf({
    model,
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.cached_tokens ?? 0,
    completionTokens: usage.completion_tokens,
  });
  assert.equal(credits, expected);
}

/** Valid calls of declared tools, and nothing of their syntax in the text. */
function checkChoice({ content, calls, finishReason }: Choice): void {
  assert.doesNotMatch(content, controlText);
  assert.equal(finishReason === 'tool_calls', calls.length > 0, `${finishReason}: ${content}`);
  for (const { id, type, function: made } of calls) {
    assert.match(id, /./u);
    assert.equal(type, 'function');
    assertValid(parametersOf(made.name), made.arguments);
  }
}

function onlyCall({ choices }: Answer): Call {
  const [choice] = choices;
  assert.ok(choice !== undefined && choices.length === 1);
  checkChoice(choice);
  const [made] = choice.calls;
  assert.ok(made !== undefined && choice.calls.length === 1, choice.finishReason);
  assert.equal(choice.content, '');
  return made;
}

function parametersOf(name: string): object {
  const tool = tools.find((one) => one.function.name === name);
  return tool?.function.parameters ?? assert.fail(`${name} was not declared`);
}

function assertValid(schema: object, text: string): void {
  const { valid, errors } = new Validator(schema as Schema, '2020-12').validate(JSON.parse(text));
  assert.ok(valid, `${text}: ${JSON.stringify(errors)}`);
}

function call(id: string, name: string, written: string): Call {
  return { id, type: 'function', function: { name, arguments: written } };
}

function assistant(calls: readonly Call[]): Message {
  return { role: 'assistant', content: null, tool_calls: [...calls] };
}

function result({ id, function: { name } }: Call): Message {
  return { role: 'tool', tool_call_id: id, content: name === 'calculate' ? '84' : 'Rain, 4 °C' };
}
