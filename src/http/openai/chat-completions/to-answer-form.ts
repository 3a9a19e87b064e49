import type { GenerationRequest, ResponseFormat } from '../../../engines/index.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ChatCompletionBody } from './request-schema.ts';

type AnswerForm = Pick<
  GenerationRequest,
  'responseFormat' | 'choices' | 'logprobs' | 'logitBias' | 'continuesLastMessage'
>;

/** What the answer shall look like. Fields that ask for the default are left out. */
export function toAnswerForm(body: ChatCompletionBody, choicesMax: number): AnswerForm {
  const responseFormat = toResponseFormat(body);
  const choices = toChoices(body.n, choicesMax);
  const logprobs = toLogprobs(body);
  const logitBias = toLogitBias(body.logit_bias);
  return {
    ...(responseFormat === undefined ? {} : { responseFormat }),
    ...(choices === 1 ? {} : { choices }),
    ...(logprobs === undefined ? {} : { logprobs }),
    ...(logitBias.size === 0 ? {} : { logitBias }),
    ...(continuesLastMessage(body) ? { continuesLastMessage: true } : {}),
  };
}

function toResponseFormat({ response_format: format }: ChatCompletionBody) {
  if (format?.type === 'json_object') return { type: 'json-object' } satisfies ResponseFormat;
  if (format?.type !== 'json_schema') return undefined;
  const { schema, strict } = format.json_schema;
  return {
    type: 'json-schema',
    schema: schema ?? { type: 'object' },
    isStrict: strict === true,
  } satisfies ResponseFormat;
}

function toChoices(n: number | null | undefined, choicesMax: number): number {
  const choices = n ?? 1;
  if (choices <= choicesMax) return choices;
  throw invalidRequest('n', `Invalid value for 'n': expected at most ${choicesMax}.`);
}

function toLogprobs({ logprobs, top_logprobs: top }: ChatCompletionBody) {
  if (logprobs === true) return { top: top ?? 0 };
  if ((top ?? 0) === 0) return undefined;
  throw invalidRequest(
    'top_logprobs',
    "Invalid value for 'top_logprobs': it needs 'logprobs' to be true.",
  );
}

// A bias of 0 asks for nothing.
function toLogitBias(bias: ChatCompletionBody['logit_bias']): ReadonlyMap<number, number> {
  const entries = Object.entries(bias ?? {}).filter(([, value]) => value !== 0);
  return new Map(entries.map(([token, value]) => [Number(token), value]));
}

function continuesLastMessage(body: ChatCompletionBody): boolean {
  const { messages } = body;
  const index = messages.findIndex(
    (message) => message.role === 'assistant' && message.partial === true,
  );
  const message = messages[index];
  if (message?.role !== 'assistant') return false;
  const refuse = (field: string, why: string) =>
    invalidRequest(`messages[${index}].${field}`, `A partial message ${why}.`);
  if (index < messages.length - 1) throw refuse('partial', 'must be the last one');
  if ((message.tool_calls?.length ?? 0) > 0) throw refuse('tool_calls', 'makes no tool calls');
  if (!hasText(message.content) && !hasText(message.name)) {
    throw refuse('content', 'must hold the beginning of the answer');
  }
  if ((body.response_format?.type ?? 'text') !== 'text') {
    throw refuse('partial', 'cannot be continued in a JSON format; leave out response_format');
  }
  return true;
}

function hasText(content: string | readonly unknown[] | null | undefined): boolean {
  return (content?.length ?? 0) > 0;
}
