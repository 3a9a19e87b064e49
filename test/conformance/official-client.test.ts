import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import type { GenerationRequest, ScriptedEngineOptions } from '../../src/engines/index.ts';
import { openStack, stackModel } from './scripted-stack.ts';

type Script = NonNullable<ScriptedEngineOptions['script']>;

const model = stackModel;
const question = 'How warm is it in Paris, and what is that times two?';
const messages = [{ role: 'user' as const, content: question }];

const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
    parse: JSON.parse,
    function: ({ city }: { city: string }) => `${city}: 21 degrees`,
  },
};
const multiply = {
  type: 'function' as const,
  function: {
    name: 'multiply',
    description: 'Multiplies two numbers.',
    parameters: {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
    },
    parse: JSON.parse,
    function: ({ a, b }: { a: number; b: number }) => String(a * b),
  },
};

/** Two rounds of calls, the first with two at once, then an answer that shows the results came back. */
const twoRounds: Script = ({ messages: all }) => {
  const results = all.flatMap((message) => (message.role === 'tool' ? message.content : []));
  if (results.length === 0) {
    return [
      { type: 'reasoning', text: 'I need the weather of both.' },
      { type: 'tool-call', name: 'get_weather', arguments: '{"city":"Paris"}' },
      { type: 'tool-call', name: 'get_weather', arguments: '{"city":"Rome"}' },
    ];
  }
  if (results.length === 2) {
    return [{ type: 'tool-call', name: 'multiply', arguments: '{"a":21,"b":2}' }];
  }
  return results.join('; ');
};
const finalAnswer = 'Paris: 21 degrees; Rome: 21 degrees; 42';

test('the tool loop of the client runs to its end, at once and as a stream', async (t) => {
  const { client, proveSound } = await openStack(t, { script: twoRounds });
  const tools = [weather, multiply];
  const runner = client.chat.completions.runTools({ model, messages, tools });
  assert.equal(await runner.finalContent(), finalAnswer);
  const calls = runner.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []) : [],
  );
  const ids = ['functions.get_weather:0', 'functions.get_weather:1', 'functions.multiply:2'];
  assert.deepEqual(
    calls.map(({ id }) => id),
    ids,
  );
  const streaming = client.chat.completions.runTools({ model, messages, tools, stream: true });
  assert.equal(await streaming.finalContent(), finalAnswer);
  const { entries } = await proveSound();
  assert.equal(entries, 1 + 6);
});

test('an accumulated stream is the answer that is not streamed: calls, reasoning, end and usage', async (t) => {
  const { client } = await openStack(t, { script: twoRounds });
  const tools = [weather, multiply];
  const request = { model, messages, tools };
  const whole = await client.chat.completions.create(request);
  const streamed = await client.chat.completions
    .stream({ ...request, stream_options: { include_usage: true } })
    .finalChatCompletion();
  const [expected] = whole.choices;
  const [choice] = streamed.choices;
  assert.equal(choice?.finish_reason, 'tool_calls');
  const callsOf = (message: OpenAI.ChatCompletionMessage | undefined) =>
    message?.tool_calls?.map((call) => call.type === 'function' && [call.id, call.function]);
  assert.equal(expected?.message.content, '');
  assert.equal(callsOf(expected?.message)?.length, 2);
  for (const [index, call] of (expected?.message.tool_calls ?? []).entries()) {
    assert.partialDeepStrictEqual(choice.message.tool_calls?.[index], call);
  }
  assert.equal(streamed.usage?.completion_tokens, whole.usage?.completion_tokens);
  assert.equal(streamed.usage?.completion_tokens_details?.reasoning_tokens, 7);
  assert.partialDeepStrictEqual(expected?.message, {
    reasoning_content: 'I need the weather of both.',
  });
});

test('a call that is demanded is made, and one that is forbidden is not', async (t) => {
  const { client } = await openStack(t);
  const tools = [weather, multiply];
  const namesOf = async (toolChoice: OpenAI.ChatCompletionToolChoiceOption) => {
    const { choices } = await client.chat.completions.create({
      model,
      messages,
      tools,
      tool_choice: toolChoice,
      parallel_tool_calls: false,
    });
    return choices[0]?.message.tool_calls?.map(
      (call) => call.type === 'function' && call.function.name,
    );
  };
  assert.deepEqual(await namesOf('required'), ['get_weather']);
  assert.deepEqual(await namesOf({ type: 'function', function: { name: 'multiply' } }), [
    'multiply',
  ]);
  assert.equal(await namesOf('none'), undefined);
});

const city = {
  type: 'object',
  properties: { name: { type: 'string' }, people: { type: 'integer', minimum: 1 } },
  required: ['name', 'people'],
  additionalProperties: false,
};

test('a strict JSON schema reaches the engine as it is, and its answer parses', async (t) => {
  const seen: GenerationRequest['responseFormat'][] = [];
  const { client } = await openStack(t, {
    script: ({ responseFormat }) => {
      seen.push(responseFormat);
      return '{"name":"Paris","people":2100000}';
    },
  });
  const format = {
    type: 'json_schema' as const,
    json_schema: { name: 'city', strict: true, schema: city },
  };
  const request = { model, messages, response_format: format };
  const parsed = await client.chat.completions.parse(request);
  const content = parsed.choices[0]?.message.content ?? '';
  assert.deepEqual(JSON.parse(content), { name: 'Paris', people: 2_100_000 });
  const streamed = await client.chat.completions.stream(request).finalContent();
  assert.equal(streamed, content);
  const expected = { type: 'json-schema', schema: city, isStrict: true };
  assert.deepEqual(seen, [expected, expected]);
});

test('log probabilities come for each token, the same streamed and not', async (t) => {
  const { client } = await openStack(t, { script: () => 'The moon is full.' });
  const request = { model, messages, logprobs: true, top_logprobs: 2, stop: ['full'] };
  const whole = await client.chat.completions.create(request);
  const [choice] = whole.choices;
  assert.equal(choice?.message.content, 'The moon is ');
  const content = choice.logprobs?.content ?? [];
  assert.deepEqual(
    content.map(({ token }) => token),
    ['The ', 'moon', ' is ', 'full'],
  );
  for (const { bytes, logprob, top_logprobs: top } of content) {
    assert.ok(Array.isArray(bytes) && logprob < 0);
    assert.equal(top.length, 2);
  }
  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  assert.deepEqual(streamed.choices[0]?.logprobs?.content, content);
});

test('two choices are two answers of one prompt, the same streamed and not', async (t) => {
  const { client, proveSound } = await openStack(t, {
    script: (_request, choice) =>
      choice === 0
        ? 'A short one.'
        : [{ type: 'tool-call', name: 'get_weather', arguments: '{"city":"Rome"}' }],
  });
  const request = { model, messages, tools: [weather], n: 2 };
  const whole = await client.chat.completions.create(request);
  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  for (const { choices } of [whole, streamed]) {
    assert.deepEqual(
      choices.map(({ index, finish_reason: end }) => [index, end]),
      [
        [0, 'stop'],
        [1, 'tool_calls'],
      ],
    );
    assert.equal(choices[0]?.message.content, 'A short one.');
    assert.equal(choices[1]?.message.tool_calls?.length, 1);
  }
  await proveSound();
});

test('an answer that was begun goes on, and fields of other servers reach the engine', async (t) => {
  const seen: GenerationRequest[] = [];
  const { client } = await openStack(t, {
    script: (request) => {
      seen.push(request);
      return ' moon.';
    },
  });
  const body = {
    model,
    messages: [...messages, { role: 'assistant' as const, content: 'The', partial: true }],
    thinking: { type: 'disabled' },
    prompt_cache_key: 'session',
    logit_bias: { '7': -100 },
  };
  const { choices } = await client.chat.completions.create(body);
  assert.equal(choices[0]?.message.content, ' moon.');
  const [request] = seen;
  assert.equal(request?.continuesLastMessage, true);
  assert.deepEqual(request.reasoning, { isEnabled: false });
  assert.equal(request.cacheHint, 'session');
  assert.deepEqual([...(request.logitBias ?? [])], [[7, -100]]);
});

test('what the engine cannot do is a 400 that names the field, streamed and not', async (t) => {
  const { client, proveSound } = await openStack(t, {
    abilities: { supportsTools: false, supportsLogprobs: false, choicesMax: 2 },
  });
  const cases = [
    [{ tools: [weather] }, 'tools'],
    [{ logprobs: true }, 'logprobs'],
    [{ n: 3 }, 'n'],
  ] as const;
  for (const [fields, param] of cases) {
    for (const stream of [false, true]) {
      await assert.rejects(
        client.chat.completions.create({
          model,
          messages,
          ...fields,
          stream,
        } as OpenAI.ChatCompletionCreateParams),
        (error) => {
          assert.ok(error instanceof OpenAI.BadRequestError);
          assert.deepEqual([error.code, error.param], ['unsupported_parameter', param]);
          return true;
        },
      );
    }
  }
  const { entries } = await proveSound();
  assert.equal(entries, 1);
});
