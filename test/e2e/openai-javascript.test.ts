import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import OpenAI from 'openai';
import { CleanUps } from '../support/clean-ups.ts';
import { type Moongate, startMoongate } from '../support/start-moongate.ts';
import { realOrTinyModel } from '../support/test-model.ts';

const model = 'moonshot/kimi-k2-5';
const messages = [{ role: 'user', content: 'What is the capital of France?' }] as const;
const request = { model, messages: [...messages], max_tokens: 24 };

describe('the official JavaScript client', () => {
  const cleanUps = new CleanUps();
  let moongate: Moongate;
  let client: OpenAI;
  /** What the server answered, in order: a retry shows as a second one. */
  let statuses: number[] = [];
  before(async () => {
    const { environment } = await realOrTinyModel(cleanUps);
    moongate = await startMoongate(cleanUps, environment);
    client = clientOf(moongate.key);
  });
  after(() => cleanUps.run());

  function clientOf(apiKey: string): OpenAI {
    return new OpenAI({
      apiKey,
      baseURL: `${moongate.url}/v1`,
      fetch: async (...call) => {
        const response = await fetch(...call);
        statuses.push(response.status);
        return response;
      },
    });
  }

  async function errorOf(
    apiKey: string,
    fields: object,
  ): Promise<InstanceType<typeof OpenAI.APIError>> {
    statuses = [];
    const asked = clientOf(apiKey).chat.completions.create({ ...request, ...fields });
    const error: unknown = await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof OpenAI.APIError, 'the request was refused');
    return error;
  }

  test('gets an answer with usage and credits', async () => {
    const { data: answer, response } = await client.chat.completions.create(request).withResponse();
    const [choice] = answer.choices;
    assert.ok((choice?.message.content ?? '').length > 0);
    assert.match(choice?.finish_reason ?? '', /^(stop|length)$/);
    assert.equal(answer.model, moongate.model);
    const { prompt_tokens, completion_tokens, total_tokens } = answer.usage ?? assert.fail('usage');
    assert.equal(total_tokens, prompt_tokens + completion_tokens);
    assert.ok(Number(response.headers.get('x-credits-used')) > 0);
    assert.equal(response.headers.get('x-model-alias'), model);
  });

  test('reads a stream to its end, with the usage in the last chunk', async () => {
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let content = '';
    const finishReasons: string[] = [];
    let last: OpenAI.ChatCompletionChunk | undefined;
    for await (const chunk of stream) {
      last = chunk;
      for (const { delta, finish_reason } of chunk.choices) {
        content += delta.content ?? '';
        if (finish_reason !== null) finishReasons.push(finish_reason);
      }
    }
    assert.ok(content.length > 0);
    assert.equal(finishReasons.length, 1);
    assert.deepEqual(last?.choices, []);
    assert.ok((last?.usage?.completion_tokens ?? 0) > 0);
  });

  test("puts a stream together with the client's own helper", async () => {
    const runner = client.chat.completions.stream(request);
    const final = await runner.finalChatCompletion();
    assert.ok((final.choices[0]?.message.content ?? '').length > 0);
    assert.equal(final.choices[0]?.message.role, 'assistant');
  });

  test('gets a typed error with its code and parameter, and does not try again', async () => {
    const wrongKey = await errorOf('sk_moon_wrong', {});
    assert.ok(wrongKey instanceof OpenAI.AuthenticationError);
    assert.equal(wrongKey.code, 'invalid_api_key');
    assert.deepEqual(statuses, [401]);

    const wrongValue = await errorOf(moongate.key, { temperature: 3 });
    assert.ok(wrongValue instanceof OpenAI.BadRequestError);
    assert.deepEqual([wrongValue.code, wrongValue.param], ['invalid_value', 'temperature']);
    assert.deepEqual(statuses, [400]);

    const unsupported = await errorOf(moongate.key, { n: 100 });
    assert.ok(unsupported instanceof OpenAI.BadRequestError);
    assert.deepEqual([unsupported.code, unsupported.param], ['unsupported_parameter', 'n']);

    const unknownModel = await errorOf(moongate.key, { model: 'no-such-model' });
    assert.ok(unknownModel instanceof OpenAI.NotFoundError);
    assert.deepEqual(statuses, [404]);
  });

  test('is told once that a key has spent its budget', async () => {
    const { key } = await moongate.installation.ask<{ readonly key: string }>(
      'key',
      'create',
      '--budget-usd',
      '0.000001',
    );
    const error = await errorOf(key, {});
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.code, 'budget_exceeded');
    assert.deepEqual(statuses, [403]);
  });

  test('lists the models and finds each by its id', async () => {
    const models = (await client.models.list()).data.map(({ id }) => id);
    assert.deepEqual(models, [model, moongate.model]);
    for (const id of models) assert.equal((await client.models.retrieve(id)).id, id);
  });
});
