import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Token } from 'node-llama-cpp';
import { chooseChatFormat } from '../../chat-formats/index.ts';
import type { GenerationEvent, TokenLogprob } from '../../generation-event.ts';
import { ChoiceOutput, type ChoiceOutputOptions } from './choice-output.ts';

/** Token ids are places in this list; the control tokens have no text of their own. */
const vocabulary = ['<think>', '</think>', '<secret>', 'Hm', '.', ' Yes', ' moon', '<tool_call>'];
const controls = new Map([
  [0, '<think>'],
  [1, '</think>'],
]);
const hidden = 2;

const format = chooseChatFormat('{% if tools %}<tool_call>{% endif %}<think>');
const tools = [{ name: 'moon', parameters: { type: 'object' } }];

function run(words: readonly string[], options: Partial<ChoiceOutputOptions> = {}) {
  const events: GenerationEvent[] = [];
  const spelled = [...vocabulary, ...words];
  const output = new ChoiceOutput({
    index: 0,
    stop: [],
    detokenize: (tokens) =>
      tokens.map((id) => (controls.has(id) || id === hidden ? '' : spelled[id])).join(''),
    context: [],
    reader: format.createReader({
      startsInReasoning: options.startsInReasoning ?? false,
      tools,
      callsBefore: 0,
      newCallId: (name, index) => `${name}-${index}`,
    }),
    startsInReasoning: false,
    readControls: controls,
    emit: (event) => events.push(event),
    ...options,
  });
  let isStopped = false;
  for (const word of words) {
    const logprob: TokenLogprob = {
      token: word,
      bytes: [...Buffer.from(word)],
      logprob: -1,
      top: [],
    };
    if (!isStopped) isStopped = output.push(spelled.indexOf(word) as Token, logprob);
  }
  if (!isStopped) isStopped = output.finish();
  const join = (type: 'text' | 'reasoning') =>
    events.map((event) => (event.type === type ? event.text : '')).join('');
  return {
    events,
    isStopped,
    text: join('text'),
    reasoning: join('reasoning'),
    logprobs: events.flatMap((event) => (event.type === 'logprobs' ? event.tokens : [])),
    reasoningTokens: output.reasoningTokens,
    hasCalls: output.hasCalls,
  };
}

test('reasoning is told from text and counted with its tags', () => {
  const result = run(['<think>', 'Hm', '.', '</think>', ' Yes', '.']);
  assert.equal(result.reasoning, 'Hm.');
  assert.equal(result.text, 'Yes.');
  assert.equal(result.reasoningTokens, 4);
});

test('a turn that begins inside the reasoning counts from its first token', () => {
  const result = run(['Hm', '</think>', ' Yes'], { startsInReasoning: true });
  assert.equal(result.reasoning, 'Hm');
  assert.equal(result.text, 'Yes');
  assert.equal(result.reasoningTokens, 2);
});

test('control tokens that the format does not use are never shown', () => {
  const result = run(['Hm', '<secret>', ' moon']);
  assert.equal(result.text, 'Hm moon');
});

test('stop sequences end visible text, not reasoning and not arguments', () => {
  const call = '{"name": "moon", "arguments": {"a": " moon"}}</tool_call>';
  const words = ['<think>', ' moon', '</think>', ' Yes', '<tool_call>', call];
  const result = run(words, { stop: ['moon'] });
  assert.equal(result.isStopped, false);
  assert.equal(result.reasoning.trim(), 'moon');
  assert.equal(result.hasCalls, true);
  const stopped = run([' Yes', ' moon', '.'], { stop: ['moon'] });
  assert.equal(stopped.isStopped, true);
  assert.equal(stopped.text.trim(), 'Yes');
});

test('text that waits for a stop sequence leaves before a call begins', () => {
  const call = '{"name": "moon", "arguments": {}}</tool_call>';
  const result = run(['Hm', '.', '<tool_call>', call], { stop: ['.!'] });
  const types = result.events.map(({ type }) => type).filter((type) => type !== 'logprobs');
  assert.deepEqual(types, ['text', 'text', 'tool-call-start', 'tool-call-arguments']);
  assert.equal(result.text, 'Hm.');
});

test('log probabilities are those of the visible text', () => {
  const result = run(['<think>', 'Hm', '</think>', ' Yes', '.']);
  assert.deepEqual(
    result.logprobs.map(({ token }) => token),
    [' Yes', '.'],
  );
});
