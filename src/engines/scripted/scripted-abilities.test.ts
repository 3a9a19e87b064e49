import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowanceOf } from '../engine-contract/contract-allowance.ts';
import { contractRequest, sampled, userMessage } from '../engine-contract/contract-request.ts';
import { runGeneration } from '../engine-contract/run-generation.ts';
import type { ToolDefinition } from '../generation-request.ts';
import { sampleOfSchema } from './sample-of-schema.ts';
import type { ScriptStep } from './script.ts';
import { createScriptedEngine } from './scripted-engine.ts';

const look: ToolDefinition = {
  name: 'look',
  parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
  isStrict: false,
};
const callStep: ScriptStep = { type: 'tool-call', name: 'look', arguments: '{"at":"moon"}' };

test('a call costs one token for its name and what its arguments cost as text', async () => {
  const engine = createScriptedEngine({ script: () => [callStep] });
  const run = await runGeneration(engine, contractRequest({ tools: [look] }));
  assert.equal(run.usage.completionTokens, 1 + 4);
  const call = { id: 'functions.look:0', name: 'look', arguments: '{"at":"moon"}' };
  assert.deepEqual(
    run.choices[0]?.calls.map(({ name, arguments: text }) => [name, text]),
    [[call.name, call.arguments]],
  );
  assert.equal(run.reason, 'tool-calls');
});

test('the ids of calls go on counting over the conversation, unless the script gives one', async () => {
  const engine = createScriptedEngine({
    script: () => [callStep, { ...callStep, id: 'mine' }, callStep],
  });
  const earlier = { id: 'functions.look:0', name: 'look', arguments: '{}' };
  const messages = [
    userMessage('Look.'),
    { role: 'assistant', content: '', toolCalls: [earlier] } as const,
    { role: 'tool', content: 'dark', toolCallId: earlier.id } as const,
  ];
  const run = await runGeneration(engine, contractRequest({ messages, tools: [look] }));
  const ids = run.events.flatMap((event) => (event.type === 'tool-call-start' ? event.id : []));
  assert.deepEqual(ids, ['functions.look:1', 'mine', 'functions.look:3']);
});

test('text held for a stop sequence comes before a call, and a call cut short ends with length', async () => {
  const engine = createScriptedEngine({
    script: () => [{ type: 'text', text: 'so EN' }, callStep],
  });
  const request = { stop: ['END'], completionTokensMax: 4 };
  const run = await runGeneration(engine, contractRequest(request));
  assert.equal(run.text, 'so EN');
  const types = run.events.map(({ type }) => type);
  assert.ok(types.lastIndexOf('text') < types.indexOf('tool-call-start'));
  assert.equal(run.reason, 'length');
});

test('choices have scripts of their own, interleave, and share one allowance', async () => {
  const engine = createScriptedEngine({
    script: (_request, choice) => (choice === 0 ? 'moonmoon' : 'gategategate'),
  });
  const run = await runGeneration(engine, contractRequest({ choices: 2 }));
  assert.deepEqual(
    run.choices.map(({ text }) => text),
    ['moonmoon', 'gategategate'],
  );
  assert.equal(run.usage.completionTokens, 5);
  const order = run.events.flatMap((event) => (event.type === 'text' ? event.index : []));
  assert.deepEqual(order, [0, 1, 0, 1, 1]);
  const poor = await runGeneration(engine, contractRequest({ choices: 2 }), {
    allowance: allowanceOf(3),
  });
  assert.equal(poor.usage.completionTokens, 3);
  assert.deepEqual(
    poor.choices.map(({ reason }) => reason),
    ['stop', 'length'],
  );
});

test('the same answer is made up for the same request, with reasoning where it is on', async () => {
  const engine = createScriptedEngine();
  const request = contractRequest({ reasoning: { isEnabled: true }, sampling: sampled(2) });
  const first = await runGeneration(engine, request);
  const second = await runGeneration(engine, request);
  assert.ok((first.usage.reasoningTokens ?? 0) > 0);
  assert.equal(second.text, first.text);
});

test('what the engine was told not to be able to do is refused, what is harmless is named', async () => {
  const engine = createScriptedEngine({
    abilities: { supportsTools: false, supportsReasoning: false },
  });
  const signal = new AbortController().signal;
  await assert.rejects(() => engine.prepare(contractRequest({ tools: [look] }), signal), {
    param: 'tools',
  });
  const harmless = contractRequest({ reasoning: { isEnabled: true } });
  assert.deepEqual((await engine.prepare(harmless, signal)).relaxedParameters, ['thinking']);
});

test('a made-up value has the simple form that its schema asks for', () => {
  const schema = {
    type: 'object',
    properties: {
      word: { type: 'string', minLength: 6 },
      size: { enum: ['small', 'large'] },
      count: { type: 'integer', minimum: 3 },
      list: { type: 'array', items: { $ref: '#/$defs/flag' }, minItems: 2 },
      choice: { anyOf: [{ const: 'a' }, { type: 'null' }] },
      maybe: { type: ['null', 'string'] },
      extra: { type: 'string' },
    },
    required: ['word', 'size', 'count', 'list', 'choice', 'maybe'],
    $defs: { flag: { type: 'boolean' } },
  };
  assert.deepEqual(sampleOfSchema(schema), {
    word: 'moon..',
    size: 'small',
    count: 3,
    list: [true, true],
    choice: 'a',
    maybe: null,
  });
  const endless = { type: 'object', properties: {}, required: ['me'] };
  assert.doesNotThrow(() => sampleOfSchema({ ...endless, properties: { me: { $ref: '#' } } }));
});
