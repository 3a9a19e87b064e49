import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseChatFormat } from '../../chat-formats/index.ts';
import type { Message } from '../../generation-request.ts';
import { numberCalls, withToolPrompt } from './tool-history.ts';

const call = (id: string, name: string) => ({ id, name, arguments: '{}' });
const history: readonly Message[] = [
  { role: 'user', content: 'Go.' },
  { role: 'assistant', content: '', toolCalls: [call('x', 'a'), call('functions_b_7', 'b')] },
  { role: 'tool', content: 'of b', toolCallId: 'functions_b_7' },
  { role: 'tool', content: 'of a', toolCallId: 'x' },
  { role: 'assistant', content: '', toolCalls: [call('x', 'a')] },
  { role: 'tool', content: 'again', toolCallId: 'x' },
];

test('calls are numbered over the whole conversation, whatever ids the client sent', () => {
  const numbered = numberCalls(history, (name, index) => `functions.${name}:${index}`);
  const ids = numbered.flatMap((message) => {
    if (message.role === 'tool') return [message.toolCallId];
    return message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : [];
  });
  const first = ['functions.a:0', 'functions.b:1', 'functions.b:1', 'functions.a:0'];
  assert.deepEqual(ids, [...first, 'functions.a:2', 'functions.a:2']);
});

test('a template without tools gets them in the system text, behind what stands there', () => {
  const format = chooseChatFormat('{{ messages }}');
  const tools = [{ name: 'moon_phase', parameters: true, isStrict: false }] as const;
  const system: Message = { role: 'system', content: 'Be brief.' };
  const [first] = withToolPrompt([system, ...history], { tools }, format);
  assert.match(String(first?.content), /^Be brief\.\n\n.*moon_phase/su);
  const [added, second] = withToolPrompt(history, { tools }, format);
  assert.equal(added?.role, 'system');
  assert.equal(second, history[0]);
  const none = { tools, toolChoice: { type: 'none' } } as const;
  assert.equal(withToolPrompt(history, none, format), history);
});
