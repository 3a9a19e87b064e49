import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tools } from './__fixtures__/turn-fixture.ts';
import { chooseChatFormat } from './choose-chat-format.ts';

/** The parts of the families' templates that tell them apart. */
const templates = {
  kimi:
    '{%- if tools -%}<|im_system|>tool_declare<|im_middle|>{{ tools | tojson }}<|im_end|>{%- endif -%}' +
    '<|tool_call_begin|>{{ id }}<|tool_call_argument_begin|>{{ arguments }}<|tool_call_end|>',
  kimiThinking:
    '{%- if tools -%}{%- endif -%}<think>{{ message["reasoning_content"] }}</think><|tool_call_begin|><|tool_call_argument_begin|>' +
    '{%- if thinking is defined and thinking is false -%}<think></think>{%- else -%}<think>{%- endif -%}',
  qwen3:
    '{%- for tool in tools %}{{ tool | tojson }}{%- endfor %}<tool_call>\\n{"name": "{%- if message.reasoning_content is string %}<think>' +
    "{%- if enable_thinking is defined and enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}",
  qwen25: '{%- for tool in tools %}{{ tool | tojson }}{%- endfor %}<tool_call>\\n{"name": "',
  qwenCoder: '{%- if tools %}<tool_call>\\n<function=a>\\n<parameter=b>\\n{%- endif %}',
  glm: '{%- for tool in tools %}<tool_call>{{ name }}<arg_key>{{ k }}</arg_key>',
  gemma4:
    "{%- if tools -%}{%- endif -%}{{- '<|tool_call>call:' + name -}}<|channel>thought\\n<channel|>",
  gemma2: '{{ bos_token }}<start_of_turn>user{{ message["content"] }}<end_of_turn>',
  llama3: `{%- if tools %}<|start_header_id|>assistant<|end_header_id|>{{ '"parameters": ' }}`,
  smollm2: "{% for m in messages %}{{ '<|im_start|>' + m['role'] }}{% endfor %}",
  mistral: '{%- if tools %}[AVAILABLE_TOOLS]{%- endif %}[TOOL_CALLS]',
} as const;

test('a format is chosen by what the template writes', () => {
  const chosen = Object.entries(templates).map(([family, template]) => {
    const { name, knowsTools } = chooseChatFormat(template);
    return `${family}: ${name}${knowsTools ? '' : ', prompted'}`;
  });
  assert.deepEqual(chosen, [
    'kimi: kimi-k2',
    'kimiThinking: kimi-k2',
    'qwen3: hermes-json',
    'qwen25: hermes-json',
    'qwenCoder: qwen-xml',
    'glm: generic, prompted',
    'gemma4: gemma',
    'gemma2: generic, prompted',
    'llama3: llama-3',
    'smollm2: generic, prompted',
    'mistral: generic, prompted',
  ]);
});

test('a template says how thinking is switched and whether it reads the thinking of the history', () => {
  assert.deepEqual(chooseChatFormat(templates.qwen3).thinking, {
    readsThinking: true,
    switchVariable: 'enable_thinking',
    takesEffort: false,
    historyKey: 'reasoning_content',
  });
  assert.equal(chooseChatFormat(templates.kimiThinking).thinking.switchVariable, 'thinking');
  assert.equal(chooseChatFormat(templates.kimi).thinking.readsThinking, false);
  const effort =
    "{{ 'Reasoning: ' + reasoning_effort }}{{ m.thinking }} a systematic thinking process";
  assert.deepEqual(chooseChatFormat(effort).thinking, {
    readsThinking: false,
    switchVariable: undefined,
    takesEffort: true,
    historyKey: 'thinking',
  });
});

test('the prompt shows where a turn begins', () => {
  const qwen = chooseChatFormat(templates.qwen3);
  assert.equal(qwen.reasoningStart('<|im_start|>assistant\n<think>\n'), 'inside');
  assert.equal(qwen.reasoningStart('<|im_start|>assistant\n<think>\n\n</think>\n\n'), 'closed');
  assert.equal(qwen.reasoningStart('about <think>\n<|im_start|>assistant\n'), 'free');
  assert.equal(chooseChatFormat(templates.qwen25).reasoningStart('assistant\n'), 'closed');
  const gemma = chooseChatFormat(templates.gemma4);
  assert.equal(gemma.reasoningStart('<|turn>model\n<|channel>thought\n<channel|>'), 'closed');
  assert.equal(gemma.reasoningStart('<|turn>model\n'), 'free');
});

test('only templates without tools get instructions, which declare every function', () => {
  const generic = chooseChatFormat(templates.smollm2);
  const prompt = generic.toolPrompt(tools, 'auto') ?? '';
  for (const tool of tools) assert.ok(prompt.includes(JSON.stringify(tool.name)), tool.name);
  assert.match(prompt, /<tool_call>\n\{"name": /u);
  assert.match(generic.toolPrompt(tools, 'required') ?? '', /Answer with a function call\./u);
  assert.match(generic.toolPrompt(tools, { name: 'get_time' }) ?? '', /a call of get_time\./u);
  assert.equal(generic.toolPrompt(tools, 'none'), undefined);
  assert.equal(generic.toolPrompt([], 'auto'), undefined);
  assert.equal(chooseChatFormat(templates.qwen3).toolPrompt(tools, 'auto'), undefined);
});

test('only Kimi fixes the form of ids', () => {
  assert.equal(chooseChatFormat(templates.kimi).callId?.('get_time', 3), 'functions.get_time:3');
  assert.equal(chooseChatFormat(templates.qwen3).callId, undefined);
});
