import { PlatformError } from '../../../core/index.ts';
import type { MessageBody } from './message-schema.ts';
import type { ChatCompletionBody } from './request-schema.ts';

interface Refusal {
  readonly field: keyof ChatCompletionBody;
  readonly because: string;
  isAsked(body: ChatCompletionBody): boolean;
}

// Values equal to the default ask for nothing, so they never appear here.
const refusals: readonly Refusal[] = [
  {
    field: 'tool_choice',
    because: 'this model cannot be made to call a tool; use "none"',
    isAsked: ({ tool_choice: choice }) =>
      choice === 'required' || (typeof choice === 'object' && choice !== null),
  },
  {
    field: 'tools',
    because: 'this model cannot call tools; leave them out or send "tool_choice": "none"',
    isAsked: ({ tools, tool_choice: choice }) => (tools?.length ?? 0) > 0 && choice !== 'none',
  },
  {
    field: 'response_format',
    because: 'this model answers only in the format "text"',
    isAsked: ({ response_format: format }) => (format?.type ?? 'text') !== 'text',
  },
  {
    field: 'n',
    because: 'this model gives one choice a request',
    isAsked: ({ n }) => (n ?? 1) > 1,
  },
  {
    field: 'logprobs',
    because: 'this model gives no log probabilities',
    isAsked: ({ logprobs }) => logprobs === true,
  },
  {
    field: 'top_logprobs',
    because: 'this model gives no log probabilities',
    isAsked: ({ top_logprobs: count }) => (count ?? 0) > 0,
  },
  {
    field: 'logit_bias',
    because: 'this model takes no token biases',
    isAsked: ({ logit_bias: bias }) => Object.keys(bias ?? {}).length > 0,
  },
  {
    field: 'modalities',
    because: 'this model answers in text only',
    isAsked: ({ modalities }) => modalities?.includes('audio') === true,
  },
];

/** Fields of other servers that change the answer and that this one will not silently drop. */
const refusedFields = ['functions', 'function_call', 'audio', 'web_search_options'];

/** Throws for the first thing asked that no engine here can do yet. */
export function refuseUnsupported(body: ChatCompletionBody): void {
  for (const refusal of refusals) {
    if (refusal.isAsked(body)) throw unsupported(refusal.field, refusal.because);
  }
  body.messages.forEach(refuseUnsupportedMessage);
}

/** Runs on the raw body, before the schema: these fields have no schema of their own. */
export function refuseForeignFields(body: object): void {
  for (const field of refusedFields) {
    if (!Object.hasOwn(body, field)) continue;
    const value = (body as Readonly<Record<string, unknown>>)[field];
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty) throw unsupported(field, 'this server does not know it; use tools instead');
  }
}

export function isRefusedField(field: string): boolean {
  return refusedFields.includes(field);
}

function refuseUnsupportedMessage(message: MessageBody, index: number): void {
  if (message.role === 'assistant' && message.partial === true) {
    throw unsupported(`messages[${index}].partial`, 'this model cannot continue a given answer');
  }
  if (message.role !== 'user' || typeof message.content === 'string') return;
  const part = message.content.findIndex(({ type }) => type === 'image_url');
  if (part === -1) return;
  throw new PlatformError(
    'request/unsupported-modality',
    'This model reads text only: it cannot see images.',
    { param: `messages[${index}].content[${part}].type` },
  );
}

function unsupported(param: string, because: string): PlatformError {
  const message = `Unsupported parameter: '${param}': ${because}.`;
  return new PlatformError('request/unsupported-parameter', message, { param });
}
