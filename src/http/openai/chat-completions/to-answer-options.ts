import type { GenerationRequest, ResponseFormat } from '../../../engines/index.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ChatCompletionBody } from './request-schema.ts';
import { toReasoning } from './to-reasoning.ts';
import { toTools } from './to-tools.ts';

type AnswerOptions = Pick<
  GenerationRequest,
  | 'choices'
  | 'tools'
  | 'toolChoice'
  | 'allowsParallelToolCalls'
  | 'responseFormat'
  | 'reasoning'
  | 'logprobs'
  | 'logitBias'
  | 'continuesLastMessage'
  | 'cacheHint'
>;

/** What the answer should be like, beyond sampling. A field that asks for nothing is absent. */
export function toAnswerOptions(body: ChatCompletionBody): AnswerOptions {
  const choices = body.n ?? 1;
  const responseFormat = toResponseFormat(body.response_format);
  const reasoning = toReasoning(body).choice;
  const logprobs = toLogprobs(body);
  const logitBias = toLogitBias(body.logit_bias);
  return {
    ...toTools(body),
    ...(choices > 1 ? { choices } : {}),
    ...(body.parallel_tool_calls === false ? { allowsParallelToolCalls: false } : {}),
    ...(responseFormat === undefined ? {} : { responseFormat }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(logitBias === undefined ? {} : { logitBias }),
    ...(continuesLastMessage(body) ? { continuesLastMessage: true } : {}),
    ...(body.prompt_cache_key ? { cacheHint: body.prompt_cache_key } : {}),
  };
}

function toResponseFormat(
  format: ChatCompletionBody['response_format'],
): ResponseFormat | undefined {
  switch (format?.type) {
    case 'json_object':
      return { type: 'json-object' };
    case 'json_schema': {
      const { schema, strict } = format.json_schema;
      return {
        type: 'json-schema',
        schema: schema ?? { type: 'object' },
        isStrict: strict === true,
      };
    }
    case 'text':
    case undefined:
      return undefined;
  }
}

function toLogprobs(body: ChatCompletionBody): { top: number } | undefined {
  const top = body.top_logprobs ?? 0;
  if (body.logprobs === true) return { top };
  if (top === 0) return undefined;
  throw invalidRequest('top_logprobs', 'top_logprobs needs "logprobs": true.');
}

// A bias of 0 asks for nothing.
function toLogitBias(
  bias: ChatCompletionBody['logit_bias'],
): ReadonlyMap<number, number> | undefined {
  const entries = Object.entries(bias ?? {}).filter(([, value]) => value !== 0);
  if (entries.length === 0) return undefined;
  return new Map(entries.map(([token, value]) => [Number(token), value]));
}

function continuesLastMessage({ messages, response_format: format }: ChatCompletionBody): boolean {
  const index = messages.findIndex(
    (message) => message.role === 'assistant' && message.partial === true,
  );
  const message = messages[index];
  if (message?.role !== 'assistant') return false;
  const refusal = (field: string, why: string) =>
    invalidRequest(`messages[${index}].${field}`, `A partial message ${why}.`);
  if (index < messages.length - 1) throw refusal('partial', 'must be the last one');
  if ((message.tool_calls?.length ?? 0) > 0) throw refusal('tool_calls', 'makes no tool calls');
  if (!message.content?.length && !message.name) {
    throw refusal('content', 'must hold the beginning of the answer');
  }
  if ((format?.type ?? 'text') !== 'text') {
    throw refusal('partial', 'cannot be continued in a JSON format; leave out response_format');
  }
  return true;
}
