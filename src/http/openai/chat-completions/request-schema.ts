import { type Static, Type } from 'typebox';
import { nullable, oneOfStrings, optional, stringOrItems } from '../../validation/schema-forms.ts';
import { messageSchema } from './message-schema.ts';
import { responseFormatSchema, toolChoiceSchema, toolsSchema } from './tool-schema.ts';

const messagesMax = 8192;
const stopCharactersMax = 256;
/** What OpenAI allows; the engine that answers may allow fewer. */
const choicesMax = 128;
const identifierCharactersMax = 1024;
const biasedTokensMax = 1024;

const identifier = optional(Type.String({ maxLength: identifierCharactersMax }));
const anyObject = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' });
const penalty = optional(Type.Number({ minimum: -2, maximum: 2 }));

const stopSequence = Type.String({ minLength: 1, maxLength: stopCharactersMax });

/**
 * The body of a chat completion: every field, bound and enum of the page, and what clients of the
 * model send beyond it. Open at the top: unknown fields are named in a header, not refused.
 */
export const chatCompletionSchema = Type.Object({
  model: Type.String({ minLength: 1, maxLength: 256 }),
  messages: Type.Array(messageSchema, { minItems: 1, maxItems: messagesMax }),
  max_completion_tokens: optional(Type.Integer({ minimum: 1 })),
  max_tokens: optional(Type.Number({ minimum: 1 })),
  stream: optional(Type.Boolean()),
  stream_options: optional(
    Type.Object({
      include_usage: Type.Boolean(),
      include_obfuscation: optional(Type.Boolean()),
    }),
  ),
  tools: optional(toolsSchema),
  tool_choice: Type.Optional(nullable(toolChoiceSchema)),
  parallel_tool_calls: optional(Type.Boolean()),
  n: optional(Type.Integer({ minimum: 1, maximum: choicesMax })),
  temperature: optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: optional(Type.Number({ minimum: 0.01, maximum: 1 })),
  stop: optional(stringOrItems(stopSequence, 4, { minLength: 1, maxLength: stopCharactersMax })),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  response_format: Type.Optional(responseFormatSchema),

  seed: optional(Type.Integer({ minimum: -(2 ** 63), maximum: 2 ** 64 })),
  top_k: optional(Type.Integer({ minimum: -1, maximum: 1_000_000 })),
  min_p: optional(Type.Number({ minimum: 0, maximum: 1 })),
  repetition_penalty: optional(Type.Number({ exclusiveMinimum: 0, maximum: 2 })),
  logprobs: optional(Type.Boolean()),
  top_logprobs: optional(Type.Integer({ minimum: 0, maximum: 20 })),
  logit_bias: optional(
    Type.Unsafe<Readonly<Record<string, number>>>({
      type: 'object',
      maxProperties: biasedTokensMax,
      patternProperties: { '^\\d{1,9}$': { type: 'number', minimum: -100, maximum: 100 } },
      additionalProperties: false,
    }),
  ),
  thinking: optional(Type.Object({ type: oneOfStrings(['enabled', 'disabled']) })),
  reasoning_effort: optional(
    oneOfStrings(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']),
  ),
  chat_template_kwargs: optional(
    Type.Object({
      thinking: optional(Type.Boolean()),
      enable_thinking: optional(Type.Boolean()),
    }),
  ),
  user: identifier,
  safety_identifier: identifier,
  prompt_cache_key: identifier,
  metadata: optional(anyObject),
  service_tier: optional(oneOfStrings(['auto', 'default', 'flex', 'scale', 'priority'])),
  modalities: optional(Type.Array(oneOfStrings(['text', 'audio']), { maxItems: 8 })),
});

export type ChatCompletionBody = Static<typeof chatCompletionSchema>;
