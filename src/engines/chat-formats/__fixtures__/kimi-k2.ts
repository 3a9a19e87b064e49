import { type TurnFixture, tricky } from './turn-fixture.ts';

const section = (...calls: string[]) =>
  `<|tool_calls_section_begin|>${calls.join('')}<|tool_calls_section_end|>`;
const call = (id: string, json: string) =>
  `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${json}<|tool_call_end|>`;
const tokyo = call('functions.get_weather:0', '{"city": "Tokyo"}');

export const kimiFixtures: readonly TurnFixture[] = [
  {
    title: 'reasoning, text and a call',
    output: `<think>The user wants the weather.</think>Let me look.\n\n${section(tokyo)}`,
    reasoning: 'The user wants the weather.',
    text: 'Let me look.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
    ids: ['functions.get_weather:4'],
  },
  {
    title: 'two calls, counted over the conversation whatever the model counted',
    output: section(tokyo, call('functions.get_time:1', '{}')),
    calls: [
      ['get_weather', '{"city": "Tokyo"}'],
      ['get_time', '{}'],
    ],
    ids: ['functions.get_weather:4', 'functions.get_time:5'],
  },
  {
    title: 'a missing section begin',
    output: `Sure. ${tokyo}<|tool_calls_section_end|>`,
    text: 'Sure.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'a missing end of reasoning before the section',
    output: `I should look.\n${section(tokyo)}`,
    startsInReasoning: true,
    reasoning: 'I should look.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'a missing end of reasoning, section begin and ends of calls',
    output:
      '<think>Two calls<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city":"Oslo"}<|tool_call_begin|>functions.get_time:1<|tool_call_argument_begin|>{}',
    reasoning: 'Two calls',
    calls: [
      ['get_weather', { city: 'Oslo' }],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'white space around everything',
    output:
      '<think>\n ok \n</think>\n\n<|tool_calls_section_begin|>\n <|tool_call_begin|> functions.get_weather:0 <|tool_call_argument_begin|> {"city":"Oslo"} <|tool_call_end|>\n<|tool_calls_section_end|>\n',
    reasoning: 'ok',
    calls: [['get_weather', { city: 'Oslo' }]],
  },
  {
    title: 'ids that models bring along',
    output: section(
      call('get_time:0', '{}'),
      call('functionsget_time5', '{}'),
      call('get_time', ''),
    ),
    calls: [
      ['get_time', '{}'],
      ['get_time', '{}'],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'text after a call',
    output: `Before.${section(tokyo)}\n\nAfter.`,
    text: 'Before.\nAfter.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'strings full of quotes, braces and unicode',
    output: section(call('functions.write_file:0', JSON.stringify({ content: tricky }))),
    calls: [['write_file', { content: tricky }]],
  },
  {
    title: 'broken JSON leaves as it was written',
    output: section(call('functions.get_weather:0', '{"city": "Tok')),
    calls: [['get_weather', '{"city": "Tok']],
  },
  {
    title: 'a control token inside a string is left out and does not end the call',
    output: section(call('functions.get_weather:0', '{"city": "To<|tool_call_end|>kyo"}')),
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'a call that was cut off',
    output: '<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Tok',
    calls: [['get_weather', '{"city": "Tok']],
  },
  {
    title: 'a function that was never declared is text without control tokens',
    output: section(call('functions.rm:0', '{"a":1}')),
    text: 'functions.rm:0{"a":1}',
  },
  {
    title: 'without tools control tokens are hidden and reasoning goes on',
    output: `hmm <|tool_calls_section_begin|>still</think>Yes`,
    startsInReasoning: true,
    hasNoTools: true,
    reasoning: 'hmm still',
    text: 'Yes',
  },
];
