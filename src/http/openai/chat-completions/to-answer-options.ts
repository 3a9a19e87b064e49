import { PlatformError } from '../../../core/index.ts';
import type { GenerationRequest, ReasoningChoice, ResponseFormat } from '../../../engines/index.ts';
import type { ChatCompletionBody } from './request-schema.ts';
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
  const reasoning = toReasoning(body);
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
    ...(typeof body.prompt_cache_key === 'string' ? { cacheHint: body.prompt_cache_key } : {}),
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

/** Three ways to say it, the most explicit one first. */
function toReasoning(body: ChatCompletionBody): ReasoningChoice | undefined {
  const { thinking, reasoning_effort: effort, chat_template_kwargs: variables } = body;
  const switched = variables?.enable_thinking ?? variables?.thinking;
  const words = typeof effort === 'string' && effort !== 'none' ? { effort } : {};
  if (thinking != null) return { isEnabled: thinking.type === 'enabled', ...words };
  if (typeof effort === 'string') return { isEnabled: effort !== 'none', ...words };
  return typeof switched === 'boolean' ? { isEnabled: switched } : undefined;
}

function toLogprobs(body: ChatCompletionBody): { top: number } | undefined {
  const top = body.top_logprobs ?? 0;
  if (body.logprobs === true) return { top };
  if (top === 0) return undefined;
  throw new PlatformError('request/invalid', 'top_logprobs needs "logprobs": true.', {
    param: 'top_logprobs',
  });
}

function toLogitBias(
  bias: ChatCompletionBody['logit_bias'],
): ReadonlyMap<number, number> | undefined {
  const entries = Object.entries(bias ?? {});
  if (entries.length === 0) return undefined;
  return new Map(entries.map(([id, value]) => [toTokenId(id), value]));
}

function toTokenId(id: string): number {
  if (/^\d{1,9}$/.test(id)) return Number(id);
  throw new PlatformError('request/invalid', 'The keys of logit_bias are token ids.', {
    param: `logit_bias.${id.slice(0, 40)}`,
  });
}

function continuesLastMessage({ messages, response_format: format }: ChatCompletionBody): boolean {
  for (const [index, message] of messages.entries()) {
    if (message.role !== 'assistant' || message.partial !== true) continue;
    const param = `messages[${index}].partial`;
    if (index < messages.length - 1) {
      throw new PlatformError('request/invalid', 'Only the last message can be partial.', {
        param,
      });
    }
    if (format?.type === 'json_object') {
      throw new PlatformError(
        'request/invalid',
        'A partial message cannot be continued as a JSON object.',
        { param },
      );
    }
    return true;
  }
  return false;
}
