import { type TurnFixture, tricky } from './turn-fixture.ts';

const call = (body: string) => `<|tool_call>call:${body}<tool_call|>`;
const tokyo = call('get_weather{city:<|"|>Tokyo<|"|>}');

export const gemmaFixtures: readonly TurnFixture[] = [
  {
    title: 'reasoning, text and a call',
    output: `<|channel>thought\nI'm\nthinking<channel|>Let me look.\n${tokyo}`,
    reasoning: "I'm\nthinking",
    text: 'Let me look.',
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'empty and doubled channels are hidden',
    output:
      '<|channel><|channel>thought\n<channel|>Hello, world!\n<|channel>thought\n<channel|><channel|>',
    text: 'Hello, world!',
  },
  {
    title: 'reasoning between texts',
    output: 'One<|channel>thought\nhm<channel|>Two<|channel>thought ok<channel|>',
    text: 'One\nTwo',
    reasoning: 'hm\nok',
  },
  {
    title: 'a missing end of reasoning before a call',
    output: `<|channel>thought\nLook it up.\n${tokyo}`,
    reasoning: 'Look it up.',
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'two calls',
    output: `${call('get_time{}')}${tokyo}`,
    calls: [
      ['get_time', '{}'],
      ['get_weather', { city: 'Tokyo' }],
    ],
  },
  {
    title: 'all kinds of values',
    output: call(
      'write_file{note:{a:-1.5e3,b:[true,null,<|"|>x<|"|>],c:{},d:[]}, tags:[<|"|>1<|"|>, <|"|>}<|"|>]}',
    ),
    calls: [
      ['write_file', { note: { a: -1500, b: [true, null, 'x'], c: {}, d: [] }, tags: ['1', '}'] }],
    ],
  },
  {
    title: 'strings full of quotes, braces and unicode',
    output: call(`write_file{content:<|"|>${tricky}\nnext<|"|>}`),
    calls: [['write_file', { content: `${tricky}\nnext` }]],
  },
  {
    title: 'arguments written as JSON',
    output: call(`write_file${JSON.stringify({ content: tricky, tags: ['a:b', '{'] })}`),
    calls: [['write_file', { content: tricky, tags: ['a:b', '{'] }]],
  },
  {
    title: 'control tokens inside arguments are left out',
    output: call('write_file{path:<|"|>a<|channel>b<|"|>,"content":"c<|tool_call>d<tool_call|>e"}'),
    calls: [['write_file', { path: 'ab', content: 'cde' }]],
  },
  {
    title: 'a bare word as a value',
    output: call('get_weather{city: New York , days: 3}'),
    calls: [['get_weather', { city: 'New York', days: 3 }]],
  },
  {
    title: 'what the model left open is closed with the call',
    output: `${call('get_weather{city:<|"|>Tokyo')} ok`,
    text: 'ok',
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'a call that was cut off stays open',
    output: '<|tool_call>call:get_weather{city:<|"|>Tok',
    calls: [['get_weather', '{"city":"Tok']],
  },
  {
    title: 'a missing end tag',
    output: '<|tool_call>call:get_weather{city:<|"|>Tokyo<|"|>} Done.',
    text: 'Done.',
    calls: [['get_weather', { city: 'Tokyo' }]],
  },
  {
    title: 'a function that was never declared is text without control tokens',
    output: call('rm{a:<|"|>b<|"|>}'),
    text: 'call:rm{a:b}',
  },
];
