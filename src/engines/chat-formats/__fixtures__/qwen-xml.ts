import { type TurnFixture, tricky } from './turn-fixture.ts';

const parameter = (key: string, value: string) => `<parameter=${key}>\n${value}\n</parameter>\n`;
const named = (name: string, ...parameters: string[]) =>
  `<function=${name}>\n${parameters.join('')}</function>`;
const call = (name: string, ...parameters: string[]) =>
  `<tool_call>\n${named(name, ...parameters)}\n</tool_call>`;

export const qwenFixtures: readonly TurnFixture[] = [
  {
    title: 'reasoning that the template opened, text and a call',
    output: `Weather.\n</think>\n\nLet me look.\n\n${call('get_weather', parameter('city', 'Tokyo'), parameter('days', '3'))}`,
    startsInReasoning: true,
    reasoning: 'Weather.',
    text: 'Let me look.',
    calls: [['get_weather', { city: 'Tokyo', days: 3 }]],
  },
  {
    title: 'a missing end of reasoning before a call',
    output: `Weather.\n\n${call('get_time')}`,
    startsInReasoning: true,
    reasoning: 'Weather.',
    calls: [['get_time', '{}']],
  },
  {
    title: 'two calls with text around them',
    output: `A ${call('get_time')}\n${call('get_weather', parameter('city', 'Oslo'))}\nB`,
    text: 'A\nB',
    calls: [
      ['get_time', '{}'],
      ['get_weather', { city: 'Oslo' }],
    ],
  },
  {
    title: 'no white space at all',
    output:
      '<tool_call><function=get_weather><parameter=city>Oslo</parameter><parameter=days>2</parameter></function></tool_call>',
    calls: [['get_weather', { city: 'Oslo', days: 2 }]],
  },
  {
    title: 'a missing first tag',
    output: `Looking.\n${named('get_weather', parameter('city', 'Oslo'))}\n</tool_call>\n${call('get_time')}`,
    text: 'Looking.',
    calls: [
      ['get_weather', { city: 'Oslo' }],
      ['get_time', '{}'],
    ],
  },
  {
    title: 'strings full of quotes, braces, unicode, line breaks and tags',
    output: call(
      'write_file',
      parameter(
        'content',
        `\n${tricky}\n</parameter> <p></function>\n</div>\n<tool_call>\n<function=get_time>\n\n`,
      ),
    ),
    calls: [
      [
        'write_file',
        {
          content: `\n${tricky}\n</parameter> <p></function>\n</div>\n<tool_call>\n<function=get_time>\n\n`,
        },
      ],
    ],
  },
  {
    title: 'values by the declared type',
    output: call(
      'write_file',
      parameter('path', '123'),
      parameter('isFinal', 'True'),
      parameter('tags', '["a",\n "b"]'),
      parameter('when', '"2026-11-24"'),
      parameter('note', '{"a": [1]}'),
    ),
    calls: [
      [
        'write_file',
        '{"path":"123","isFinal":true,"tags":["a",\n "b"],"when":"2026-11-24","note":{"a": [1]}}',
      ],
    ],
  },
  {
    title: 'values that do not fit the declared type become strings',
    output: call(
      'write_file',
      parameter('isFinal', 'maybe'),
      parameter('when', '2026-11-24'),
      parameter('note', 'free text'),
      parameter('unknown', '[1, 2'),
    ),
    calls: [
      ['write_file', { isFinal: 'maybe', when: '2026-11-24', note: 'free text', unknown: '[1, 2' }],
    ],
  },
  {
    title: 'tags inside JSON strings, and a string that is never closed',
    output: call(
      'write_file',
      parameter('tags', '["</parameter><parameter=a>", "</parameter></function>"]'),
      parameter('note', '["a'),
    ),
    calls: [
      [
        'write_file',
        { tags: ['</parameter><parameter=a>', '</parameter></function>'], note: '["a' },
      ],
    ],
  },
  {
    title: 'missing end tags of parameter and function',
    output:
      '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</function>\n</tool_call>ok',
    text: 'ok',
    calls: [['get_weather', { city: 'Oslo' }]],
  },
  {
    title: 'an end of the turn between parameters',
    output: `<tool_call>\n<function=get_weather>\n${parameter('city', 'Oslo')}`,
    calls: [['get_weather', { city: 'Oslo' }]],
  },
  {
    title: 'a value that was cut off stays open',
    output: '<tool_call>\n<function=get_weather>\n<parameter=city>\nOs',
    calls: [['get_weather', '{"city":"Os']],
  },
  {
    title: 'a call in the JSON form of the family',
    output: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>',
    calls: [['get_weather', '{"city": "Oslo"}']],
  },
  {
    title: 'a function that was never declared is text',
    output: '#include <functional> <tool_call>\n<function=rm>\n</function>',
    text: '#include <functional> <tool_call>\n<function=rm>\n</function>',
  },
];
