import { type TurnFixture, tricky } from './turn-fixture.ts';

const call = (json: string) => `<tool_call>\n${json}\n</tool_call>`;
const tokyo = '{"name": "get_weather", "arguments": {"city": "Tokyo"}}';

export const hermesFixtures: readonly TurnFixture[] = [
  {
    title: 'reasoning, text and a call',
    output: `<think>\nWeather, then.\n</think>\n\nLet me look.\n${call(tokyo)}`,
    reasoning: 'Weather, then.',
    text: 'Let me look.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'empty reasoning',
    output: '<think>\n\n</think>\n\nHello <b>there</b>',
    text: 'Hello <b>there</b>',
  },
  {
    title: 'reasoning that the template opened',
    output: 'Simple.\n</think>\n\nHello',
    startsInReasoning: true,
    reasoning: 'Simple.',
    text: 'Hello',
  },
  {
    title: 'reasoning opened by template and model, and never closed',
    output: '<think>\nOn and on',
    startsInReasoning: true,
    reasoning: 'On and on',
  },
  {
    title: 'a missing end of reasoning before a call',
    output: `<think>\nI should look.\n${call(tokyo)}`,
    reasoning: 'I should look.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'an end of reasoning that is one too many',
    output: '</think>\n\nHello',
    text: 'Hello',
  },
  {
    title: 'two calls with and without white space, text before and after',
    output: `A\n<tool_call>${tokyo}</tool_call>\n<tool_call> { "name" : "get_time" , "arguments" : {} } </tool_call> B`,
    text: 'A\nB',
    calls: [
      ['get_weather', '{"city": "Tokyo"}'],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'other orders and dialects of the object',
    output:
      call('{"arguments": {"city": "Oslo"}, "name": "get_weather"}') +
      call('{"type": "function", "function": {"name": "get_time", "parameters": {}}}') +
      call('{"name": "get_time"}') +
      call('{"id": "x", "name": "get_weather", "arguments": "{\\"city\\": \\"Rom\\"}"}'),
    calls: [
      ['get_weather', { city: 'Oslo' }],
      ['get_time', '{}'],
      ['get_time', '{}'],
      ['get_weather', '{"city": "Rom"}'],
    ],
  },
  {
    title: 'arguments inside a string, null arguments, and keys after the arguments',
    output:
      call('{"name": "get_weather", "arguments": "{\\"city\\": \\"Rom\\"}"}') +
      call('{"name": "get_time", "arguments": null, "id": "a}b", "x": [1]}'),
    calls: [
      ['get_weather', '{"city": "Rom"}'],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'strings full of quotes, braces, unicode and tags',
    output: call(
      `{"name": "write_file", "arguments": ${JSON.stringify({ content: `${tricky}</tool_call> <tool_call>{"name":"get_time"}</think>` })}}`,
    ),
    calls: [
      ['write_file', { content: `${tricky}</tool_call> <tool_call>{"name":"get_time"}</think>` }],
    ],
  },
  {
    title: 'missing end tags',
    output: `<tool_call>\n${tokyo}\n<tool_call>\n{"name": "get_time", "arguments": {}}`,
    calls: [
      ['get_weather', '{"city": "Tokyo"}'],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'one brace too many',
    output: `${call(`${tokyo}}`)} done`,
    text: 'done',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'one brace too few',
    output: `${call('{"name": "get_weather", "arguments": {"city": "Tokyo"}')} done`,
    text: 'done',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'an object that is never closed ends at the tag',
    output: `<tool_call>{"name": "write_file", "arguments": {"tags": ["a"</tool_call>`,
    calls: [['write_file', '{"tags": ["a"']],
  },
  {
    title: 'a string that is never closed ends where the turn ends',
    output: '<tool_call>{"name": "write_file", "arguments": {"path": "a</tool_call>\n',
    calls: [['write_file', '{"path": "a']],
  },
  {
    title: 'a call that was cut off',
    output: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Tok',
    calls: [['get_weather', '{"city": "Tok']],
  },
  {
    title: 'a function that was never declared is text',
    output: 'See <tool_call>{"name": "rm", "arguments": {}}</tool_call>',
    text: 'See <tool_call>{"name": "rm", "arguments": {}}</tool_call>',
  },
  {
    title: 'an opener that nothing follows is text',
    output: 'The tags <tool_call> and </tool_call>, and <think> inside a sentence',
    text: 'The tags <tool_call> and </tool_call>, and <think> inside a sentence',
  },
  {
    title: 'a bare object that is all of the message',
    output: `${tokyo}\n`,
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'a fenced object that is all of the message, after reasoning',
    output: `<think>\nok\n</think>\n\n\`\`\`json\n${tokyo}\n\`\`\``,
    reasoning: 'ok',
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'a bare object with text after it is text',
    output: `${tokyo} is what I would call`,
    text: `${tokyo} is what I would call`,
  },
  {
    title: 'a bare object of something else is text',
    output: '{"name": "Ada", "born": 1815}',
    text: '{"name": "Ada", "born": 1815}',
  },
  {
    title: 'a fence that is never closed is text',
    output: `\`\`\`json\n${tokyo}`,
    text: `\`\`\`json\n${tokyo}`,
  },
  {
    title: 'without tools nothing is a call',
    output: call(tokyo),
    hasNoTools: true,
    text: call(tokyo),
  },
];
