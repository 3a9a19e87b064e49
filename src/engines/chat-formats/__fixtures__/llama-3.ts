import { type TurnFixture, tricky } from './turn-fixture.ts';

const tokyo = '{"name": "get_weather", "parameters": {"city": "Tokyo"}}';

export const llamaFixtures: readonly TurnFixture[] = [
  { title: 'a call', output: tokyo, calls: [['get_weather', '{"city": "Tokyo"}']] },
  {
    title: 'a call with a control token and white space',
    output: '<|python_tag|>\n{ "type": "function", "name": "get_time", "parameters": {} }\n',
    calls: [['get_time', '{}']],
  },
  {
    title: 'two calls',
    output: `${tokyo}; {"name": "get_time"}`,
    calls: [
      ['get_weather', '{"city": "Tokyo"}'],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'text before a call, which needs its control token then',
    output: `Let me look. <|python_tag|>${tokyo}`,
    text: 'Let me look.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'text after a call',
    output: `${tokyo}\n\nThat is it.`,
    text: 'That is it.',
    calls: [['get_weather', '{"city": "Tokyo"}']],
  },
  {
    title: 'strings full of quotes, braces and unicode',
    output: `{"name": "write_file", "parameters": ${JSON.stringify({ content: tricky })}}`,
    calls: [['write_file', { content: tricky }]],
  },
  {
    title: 'broken JSON leaves as it was written',
    output: '{"name": "get_weather", "parameters": {"city": Tokyo',
    calls: [['get_weather', '{"city": Tokyo']],
  },
  {
    title: 'JSON that is no call is text',
    output: '{"city": "Tokyo", "name": "get_weather"}',
    text: '{"city": "Tokyo", "name": "get_weather"}',
  },
  {
    title: 'JSON that names no declared function is text',
    output: '{"name": "Ada"}',
    text: '{"name": "Ada"}',
  },
  {
    title: 'code for a control token that nothing stands for is text',
    output: '<|python_tag|>print(1)',
    text: 'print(1)',
  },
  {
    title: 'a call inside a sentence is text',
    output: `I would write ${tokyo}`,
    text: `I would write ${tokyo}`,
  },
];
