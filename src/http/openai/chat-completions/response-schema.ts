import { Type } from 'typebox';
import { oneOfStrings } from '../../validation/schema-forms.ts';

const usage = Type.Object({
  prompt_tokens: Type.Integer(),
  completion_tokens: Type.Integer(),
  total_tokens: Type.Integer(),
  cached_tokens: Type.Optional(Type.Integer()),
  prompt_tokens_details: Type.Optional(Type.Object({ cached_tokens: Type.Integer() })),
  completion_tokens_details: Type.Optional(Type.Object({ reasoning_tokens: Type.Integer() })),
});

const meta = Type.Object({
  usage: Type.Object({ credits_used: Type.Integer(), usd_spent: Type.Number() }),
});

const finishReason = oneOfStrings(['stop', 'length', 'content_filter', 'tool_calls']);
const identity = { id: Type.String(), created: Type.Integer(), model: Type.String() };
const tokenLogprob = {
  token: Type.String(),
  bytes: Type.Array(Type.Integer()),
  logprob: Type.Number(),
};
const logprobs = Type.Union([
  Type.Object({
    content: Type.Array(
      Type.Object({ ...tokenLogprob, top_logprobs: Type.Array(Type.Object(tokenLogprob)) }),
    ),
    refusal: Type.Array(Type.Unknown(), { maxItems: 0 }),
  }),
  Type.Null(),
]);
const deployment = { service_tier: Type.String(), system_fingerprint: Type.String() };

export const completionSchema = Type.Object({
  ...identity,
  ...deployment,
  object: Type.Literal('chat.completion'),
  choices: Type.Array(
    Type.Object({
      index: Type.Integer(),
      message: Type.Object({
        role: Type.Literal('assistant'),
        content: Type.String(),
        refusal: Type.Null(),
        reasoning_content: Type.Optional(Type.String()),
        tool_calls: Type.Optional(
          Type.Array(
            Type.Object({
              id: Type.String(),
              type: Type.Literal('function'),
              function: Type.Object({ name: Type.String(), arguments: Type.String() }),
            }),
          ),
        ),
      }),
      logprobs,
      finish_reason: finishReason,
    }),
  ),
  usage,
  meta,
});

/** The JSON of one `data:` line; the last line of a stream is `[DONE]` instead. */
export const completionChunkSchema = Type.Object({
  ...identity,
  ...deployment,
  object: Type.Literal('chat.completion.chunk'),
  choices: Type.Array(
    Type.Object({
      index: Type.Integer(),
      delta: Type.Object({
        role: Type.Optional(Type.Literal('assistant')),
        content: Type.Optional(Type.String()),
        reasoning_content: Type.Optional(Type.String()),
        tool_calls: Type.Optional(
          Type.Array(
            Type.Object({
              index: Type.Integer(),
              id: Type.Optional(Type.String()),
              type: Type.Optional(Type.Literal('function')),
              function: Type.Object({
                name: Type.Optional(Type.String()),
                arguments: Type.String(),
              }),
            }),
          ),
        ),
      }),
      logprobs,
      finish_reason: Type.Union([finishReason, Type.Null()]),
      usage: Type.Optional(usage),
    }),
  ),
  usage: Type.Optional(Type.Union([usage, Type.Null()])),
  meta: Type.Optional(meta),
});
