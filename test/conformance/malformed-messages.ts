import { type MalformedRequest, refusedFields, refusedMessages } from './conformance-case.ts';

const call = (fields: object = {}) => ({
  id: 'call_1',
  type: 'function',
  function: { name: 'look', arguments: '{}' },
  ...fields,
});
const assistant = (...calls: unknown[]) => ({ role: 'assistant', content: '', tool_calls: calls });
const result = { role: 'tool', content: 'ok', tool_call_id: 'call_1' };
const parts = (...content: unknown[]) => ({ role: 'user', content });

const invalidMessages = refusedMessages('invalid_value', [
  ['a message is a string', 'Hi'],
  ['a message is null', null],
  ['a message is an array', []],
  ['a message is empty', {}],
  ['a role is absent', { content: 'Hi' }],
  ['a role is unknown', { role: 'robot', content: 'Hi' }],
  ['a role is null', { role: null, content: 'Hi' }],
  ['a role is a number', { role: 1, content: 'Hi' }],
  ['a role is in capitals', { role: 'User', content: 'Hi' }],
  ['a role is function', { role: 'function', name: 'look', content: '1' }],
  ['user content is absent', { role: 'user' }],
  ['user content is null', { role: 'user', content: null }],
  ['user content is a number', { role: 'user', content: 5 }],
  ['user content is an object', { role: 'user', content: { type: 'text', text: 'Hi' } }],
  ['user content holds a string', parts('Hi')],
  ['user content holds null', parts(null)],
  ['a part lacks its type', parts({ text: 'Hi' })],
  ['a part has an unknown type', parts({ type: 'hologram' })],
  ['a text part lacks its text', parts({ type: 'text' })],
  ['a text part holds a number', parts({ type: 'text', text: 1 })],
  ['a user message holds a refusal part', parts({ type: 'refusal', refusal: 'no' })],
  ['an image part lacks its image', parts({ type: 'image_url' })],
  ['an image lacks its url', parts({ type: 'image_url', image_url: {} })],
  ['an image url is empty', parts({ type: 'image_url', image_url: { url: '' } })],
  ['an image url is a number', parts({ type: 'image_url', image_url: { url: 1 } })],
  [
    'an image detail is unknown',
    parts({ type: 'image_url', image_url: { url: 'x', detail: 'ultra' } }),
  ],
  ['a user name is a number', { role: 'user', content: 'Hi', name: 1 }],
  ['a user message holds tool calls', { role: 'user', content: 'Hi', tool_calls: [call()] }],
  ['system content is absent', { role: 'system' }],
  ['system content is null', { role: 'system', content: null }],
  [
    'system content holds an image',
    { role: 'system', content: [{ type: 'image_url', image_url: { url: 'x' } }] },
  ],
  ['a system message has another key', { role: 'system', content: 'x', extra: 1 }],
  ['a developer message has another key', { role: 'developer', content: 'x', extra: 1 }],
  ['a system name is an object', { role: 'system', content: 'x', name: {} }],
  ['a tool message answers no call', { ...result, tool_call_id: 'other' }],
  ['a tool message comes before its call', result, assistant(call())],
  ['a tool message has an empty id', assistant(call()), { ...result, tool_call_id: '' }],
  ['a tool message lacks its id', assistant(call()), { role: 'tool', content: 'ok' }],
  ['a tool message id is a number', assistant(call()), { ...result, tool_call_id: 1 }],
  ['tool content is absent', assistant(call()), { role: 'tool', tool_call_id: 'call_1' }],
  ['tool content is an object', assistant(call()), { ...result, content: {} }],
  ['a tool message has another key', assistant(call()), { ...result, extra: 1 }],
  ['assistant content is a number', { role: 'assistant', content: 1 }],
  ['assistant content holds an image', { role: 'assistant', content: [{ type: 'image_url' }] }],
  [
    'a refusal part is not alone',
    {
      role: 'assistant',
      content: [
        { type: 'refusal', refusal: 'no' },
        { type: 'text', text: 'x' },
      ],
    },
  ],
  ['a refusal part lacks its text', { role: 'assistant', content: [{ type: 'refusal' }] }],
  ['tool_calls is an object', { role: 'assistant', tool_calls: {} }],
  ['a tool call is a string', assistant('look')],
  ['a tool call lacks its id', assistant(call({ id: undefined }))],
  ['a tool call lacks its type', assistant(call({ type: undefined }))],
  ['a tool call has an unknown type', assistant(call({ type: 'custom' }))],
  ['a tool call lacks its function', assistant(call({ function: undefined }))],
  ['a tool call lacks a name', assistant(call({ function: { arguments: '{}' } }))],
  ['a tool call lacks arguments', assistant(call({ function: { name: 'look' } }))],
  [
    'tool call arguments are an object',
    assistant(call({ function: { name: 'look', arguments: {} } })),
  ],
  ['reasoning_content is a number', { role: 'assistant', content: 'x', reasoning_content: 1 }],
  ['partial is a string', { role: 'assistant', content: 'x', partial: 'yes' }],
  [
    'a legacy function call is in the history',
    { role: 'assistant', content: null, function_call: { name: 'x', arguments: '' } },
  ],
]);

const begun = { role: 'assistant', content: '{', partial: true };

const badBeginnings = [
  ...refusedMessages('invalid_value', [
    ['a partial message is not the last one', begun, { role: 'user', content: 'Go on.' }],
    ['there are two partial messages', begun, begun],
    ['a partial message is empty', { ...begun, content: '' }],
    ['a partial message has null content', { ...begun, content: null }],
    ['a partial message has no parts', { ...begun, content: [] }],
    ['a partial message makes a call', { ...begun, tool_calls: [call()] }],
  ]),
  ...refusedFields('invalid_value', [
    [
      'a partial message is to be continued as JSON',
      { messages: [begun], response_format: { type: 'json_object' } },
    ],
    [
      'a partial message is to be continued in a schema',
      {
        messages: [begun],
        response_format: { type: 'json_schema', json_schema: { name: 'x' } },
      },
    ],
  ]),
];

const unsupportedModalities = refusedMessages('unsupported_modality', [
  [
    'an image by address',
    parts({ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }),
  ],
  [
    'an image as a bare string',
    parts({ type: 'image_url', image_url: 'https://example.com/a.png' }),
  ],
  [
    'an image as data',
    parts({ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }),
  ],
  [
    'an image at a forbidden address',
    parts({ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }),
  ],
  ['sound', parts({ type: 'input_audio', input_audio: { data: '', format: 'wav' } })],
  ['a file', parts({ type: 'file', file: { file_id: 'x' } })],
  ['a document', parts({ type: 'document' })],
  ['a video', parts({ type: 'video_url', video_url: { url: 'x' } })],
]);

export const malformedMessages: readonly MalformedRequest[] = [
  ...invalidMessages,
  ...badBeginnings,
  ...unsupportedModalities,
];
