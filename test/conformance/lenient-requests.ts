import { acceptedFields, chatBody, chatRequest, type LenientRequest } from './conformance-case.ts';

const user = { role: 'user', content: 'Hi' };
const call = {
  id: 'functions.look:0',
  type: 'function',
  function: { name: 'look', arguments: '{}' },
};
const result = { role: 'tool', content: 'ok', tool_call_id: call.id };
const history = (message: object) => [user, { role: 'assistant', ...message }, user];
const tool = { type: 'function', function: { name: 'look', strict: true, parameters: null } };

const look = (fields: object) => ({ type: 'function', function: { name: 'look', ...fields } });
const annotated = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Look',
  type: 'object',
  properties: { at: { type: 'string', default: 'moon', examples: ['moon'], format: 'unknown' } },
};
const format = (fields: object) => ({ type: 'json_schema', json_schema: { name: 'x', ...fields } });

const fields = acceptedFields([
  [
    'every optional field is null',
    {
      max_tokens: null,
      max_completion_tokens: null,
      stream: null,
      stream_options: null,
      tools: null,
      tool_choice: null,
      parallel_tool_calls: null,
      n: null,
      temperature: null,
      top_p: null,
      stop: null,
      frequency_penalty: null,
      presence_penalty: null,
      response_format: null,
      seed: null,
      user: null,
      logprobs: null,
      top_logprobs: null,
      logit_bias: null,
      thinking: null,
      reasoning_effort: null,
      functions: null,
      function_call: null,
      audio: null,
      web_search_options: null,
      metadata: null,
    },
  ],
  ['n is 1', { n: 1 }],
  ['logprobs is false', { logprobs: false, top_logprobs: 0 }],
  ['the format is text', { response_format: { type: 'text' } }],
  ['tools is empty', { tools: [], tool_choice: 'auto' }],
  ['functions is empty', { functions: [] }],
  ['tool_choice is none without tools', { tool_choice: 'none' }],
  ['a tool without parameters', { tools: [look({})] }],
  ['a tool with no parameters at all', { tools: [look({ parameters: {} })], tool_choice: 'auto' }],
  ['parameters without a type', { tools: [look({ parameters: { properties: {} } })] }],
  [
    'parameters with null for what is empty',
    { tools: [look({ parameters: { type: 'object', properties: null, required: null } })] },
  ],
  ['required names beside the parameters', { tools: [look({ required: ['at'] })] }],
  ['annotations in a schema', { tools: [look({ parameters: annotated })] }],
  ['128 tools', { tools: Array.from({ length: 128 }, (_, index) => look({ name: `t${index}` })) }],
  ['a tool with a strict function', { tools: [look({ strict: true, parameters: annotated })] }],
  ['a call is required', { tools: [tool], tool_choice: 'required', parallel_tool_calls: false }],
  [
    'a function is named',
    { tools: [tool], tool_choice: { type: 'function', function: { name: 'look' } } },
  ],
  ['JSON is asked for', { response_format: { type: 'json_object' } }],
  ['JSON of a schema is asked for', { response_format: format({ schema: annotated }) }],
  ['a strict schema', { response_format: format({ schema: annotated, strict: true }) }],
  ['a format without a schema', { response_format: format({ schema: null, strict: null }) }],
  ['several choices', { n: 8 }],
  ['logprobs', { logprobs: true }],
  ['logprobs with all alternatives', { logprobs: true, top_logprobs: 20 }],
  ['a token is biased', { logit_bias: { 50256: -100, 7: 0.5 } }],
  ['no token is biased', { logit_bias: {} }],
  ['tools that may not be called', { tools: [tool], tool_choice: 'none' }],
  ['stop is empty', { stop: [] }],
  ['stop is a string', { stop: 'END' }],
  ['stop has four strings', { stop: ['a1', 'b2', 'c3', 'd4'] }],
  ['stream_options without stream', { stream_options: { include_usage: true } }],
  ['a stream', { stream: true }],
  [
    'a stream with usage',
    { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
  ],
  ['max_tokens is a fraction', { max_tokens: 1.5 }],
  ['max_tokens is 1', { max_tokens: 1 }],
  ['max_tokens is beyond every context', { max_tokens: 1e15 }],
  ['both bounds are given', { max_tokens: 1, max_completion_tokens: 2 }],
  ['the temperature is 0', { temperature: 0 }],
  ['the temperature is 2', { temperature: 2 }],
  ['top_p is 0.01', { top_p: 0.01 }],
  ['the penalties are at their bounds', { frequency_penalty: -2, presence_penalty: 2 }],
  ['a seed of 64 bits', { seed: 18446744073709552000 }],
  ['thinking is disabled', { thinking: { type: 'disabled' } }],
  ['thinking is enabled', { thinking: { type: 'enabled', keep: 'all' } }],
  ['a reasoning effort', { reasoning_effort: 'high' }],
  ['template variables', { chat_template_kwargs: { enable_thinking: false, other: 1 } }],
  ['sampling of other servers', { top_k: 40, min_p: 0.05, repetition_penalty: 1.1 }],
  [
    'names of users',
    { user: 'u', safety_identifier: 's', prompt_cache_key: 'c', metadata: { a: 'b' } },
  ],
  ['a service tier', { service_tier: 'auto' }],
  ['text as the only modality', { modalities: ['text'] }],
  [
    'fields that are known and ignored',
    { store: true, verbosity: 'low', prediction: {}, prompt_cache_retention: '24h' },
  ],
  ['an unknown field', { some_new_field: { deep: [1] } }],
  ['a constructor key', { metadata: { constructor: { prototype: {} } } }],
  ['an alias of the model', { model: 'kimi-k2.5' }],
]);

const messages = acceptedFields([
  [
    'text parts',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi', cache_control: {} }] }] },
  ],
  ['an empty user text', { messages: [{ role: 'user', content: '' }] }],
  ['other keys on a user message', { messages: [{ ...user, timestamp: 1 }] }],
  [
    'names',
    {
      messages: [
        { ...user, name: 'Ann' },
        { ...user, name: null },
      ],
    },
  ],
  ['a developer message', { messages: [{ role: 'developer', content: 'Be short.' }, user] }],
  ['a system message at the end', { messages: [user, { role: 'system', content: 'Be short.' }] }],
  [
    'system text in parts',
    {
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'x' }], cache_control: {} },
        user,
      ],
    },
  ],
  ['assistant content is null', { messages: history({ content: null }) }],
  ['assistant content is absent', { messages: history({}) }],
  [
    'assistant content is a refusal part',
    { messages: history({ content: [{ type: 'refusal', refusal: 'No.' }] }) },
  ],
  [
    'an answer sent back as an SDK gives it',
    {
      messages: history({
        content: 'Hi',
        refusal: null,
        annotations: [],
        audio: null,
        function_call: null,
        tool_calls: [],
        reasoning: 'r',
        reasoning_details: [{}],
        provider_specific_fields: {},
        parsed: null,
      }),
    },
  ],
  [
    'reasoning in the history',
    { messages: history({ content: 'Hi', reasoning_content: 'I think.' }) },
  ],
  [
    'an answer that was begun',
    { messages: [user, { role: 'assistant', content: 'The moon', partial: true }] },
  ],
  [
    'the name of who begins the answer',
    { messages: [user, { role: 'assistant', content: '', name: 'Kelsier', partial: true }] },
  ],
  [
    'calls of any id with results in another order',
    {
      messages: [
        user,
        { role: 'assistant', tool_calls: [call, { ...call, id: 'x y/ü' }] },
        { ...result, tool_call_id: 'x y/ü' },
        result,
      ],
    },
  ],
  ['partial is false', { messages: [user, { role: 'assistant', content: 'x', partial: false }] }],
  [
    'a tool call and its result',
    {
      messages: [
        user,
        { role: 'assistant', content: null, tool_calls: [{ ...call, index: 0 }] },
        result,
      ],
    },
  ],
  [
    'a builtin call in the history',
    {
      messages: [
        user,
        { role: 'assistant', tool_calls: [{ ...call, type: 'builtin_function' }] },
        { ...result, name: '$web_search' },
      ],
    },
  ],
  [
    'a tool result in parts',
    {
      messages: [
        user,
        { role: 'assistant', tool_calls: [call] },
        { ...result, name: null, content: [{ type: 'text', text: 'ok' }] },
      ],
    },
  ],
  [
    'the last message is of the assistant',
    { messages: [user, { role: 'assistant', content: 'Hello' }] },
  ],
]);

const transport: LenientRequest[] = [
  {
    name: 'a scheme in small letters',
    request: (_baseUrl, key) => ({
      ...chatRequest(key, JSON.stringify(chatBody())),
      headers: [
        ['authorization', `bearer ${key}`],
        ['content-type', 'application/json'],
      ],
    }),
  },
  {
    name: 'the key in x-api-key',
    request: (_baseUrl, key) => ({
      ...chatRequest(key, JSON.stringify(chatBody())),
      headers: [
        ['x-api-key', key],
        ['content-type', 'application/json; charset=UTF-8'],
      ],
    }),
  },
  {
    name: 'a byte order mark',
    request: (_baseUrl, key) => chatRequest(key, `\ufeff${JSON.stringify(chatBody())}`),
  },
  {
    name: 'a key given twice: the last one counts',
    request: (_baseUrl, key) =>
      chatRequest(key, `{"temperature":9,${JSON.stringify(chatBody({ temperature: 1 })).slice(1)}`),
  },
  ...[
    '/chat/completions',
    '/api/v1/chat/completions',
    '/v2/chat/completions',
    '//v1/chat/completions/',
  ].map(
    (path): LenientRequest => ({
      name: `the path ${path}`,
      request: (_baseUrl, key) => ({ ...chatRequest(key, JSON.stringify(chatBody())), path }),
    }),
  ),
];

/** Requests that real clients send and that must be answered. */
export const lenientRequests: readonly LenientRequest[] = [...fields, ...messages, ...transport];
