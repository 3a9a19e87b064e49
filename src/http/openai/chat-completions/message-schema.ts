import { type Static, Type } from 'typebox';
import {
  nullable,
  oneOfStrings,
  optional,
  stringOrItems,
  taggedUnion,
} from '../../validation/schema-forms.ts';

const partsMax = 2048;
const toolCallsMax = 1024;
const nameCharactersMax = 256;

// What SDKs add when they send an answer back; it changes nothing.
const ignoredFields = {
  refusal: Type.Optional(Type.Unknown()),
  annotations: Type.Optional(Type.Unknown()),
  audio: Type.Optional(Type.Unknown()),
  function_call: Type.Optional(Type.Null()),
  reasoning: Type.Optional(Type.Unknown()),
  reasoning_details: Type.Optional(Type.Unknown()),
  provider_specific_fields: Type.Optional(Type.Unknown()),
  cache_control: Type.Optional(Type.Unknown()),
  parsed: Type.Optional(Type.Unknown()),
  parsed_arguments: Type.Optional(Type.Unknown()),
};

const noToolCalls = Type.Optional(
  Type.Unsafe<readonly [] | null>({ type: ['array', 'null'], maxItems: 0 }),
);

const name = optional(Type.String({ maxLength: nameCharactersMax }));

const textPart = Type.Object({ type: Type.Literal('text'), text: Type.String() });

const imagePart = Type.Object({
  type: Type.Literal('image_url'),
  image_url: Type.Unsafe<string | { readonly url: string; readonly detail?: string | null }>({
    type: ['string', 'object'],
    minLength: 1,
    required: ['url'],
    properties: {
      url: { type: 'string', minLength: 1 },
      detail: nullable(oneOfStrings(['low', 'high', 'auto'])),
    },
  }),
});

const refusalPart = Type.Object({ type: Type.Literal('refusal'), refusal: Type.String() });

const closed = { additionalProperties: false };
const textContent = stringOrItems(taggedUnion('type', [textPart]), partsMax);

const userMessage = Type.Object({
  ...ignoredFields,
  role: Type.Literal('user'),
  content: stringOrItems(taggedUnion('type', [textPart, imagePart]), partsMax),
  name,
  tool_calls: noToolCalls,
});

const systemMessage = Type.Object(
  {
    ...ignoredFields,
    role: oneOfStrings(['system', 'developer']),
    content: textContent,
    name,
    tool_calls: noToolCalls,
    strict: Type.Optional(Type.Unknown()),
  },
  closed,
);

const toolMessage = Type.Object(
  {
    ...ignoredFields,
    role: Type.Literal('tool'),
    content: textContent,
    tool_call_id: Type.String({ maxLength: nameCharactersMax }),
    name,
    tool_calls: noToolCalls,
    strict: Type.Optional(Type.Unknown()),
  },
  closed,
);

const toolCall = Type.Object({
  id: Type.String({ maxLength: nameCharactersMax }),
  type: oneOfStrings(['function', 'builtin_function']),
  function: Type.Object({
    name: Type.String({ maxLength: nameCharactersMax }),
    arguments: Type.String(),
  }),
});

const assistantMessage = Type.Object({
  ...ignoredFields,
  role: Type.Literal('assistant'),
  content: optional(stringOrItems(taggedUnion('type', [textPart, refusalPart]), partsMax)),
  name,
  tool_calls: optional(Type.Array(toolCall, { maxItems: toolCallsMax })),
  refusal: optional(Type.String()),
  reasoning_content: optional(Type.String()),
  partial: optional(Type.Boolean()),
});

/** One message of a conversation; the closed objects of the page stay closed. */
export const messageSchema = taggedUnion('role', [
  userMessage,
  systemMessage,
  assistantMessage,
  toolMessage,
]);

export type MessageBody = Static<typeof messageSchema>;
export type AssistantMessageBody = Static<typeof assistantMessage>;
export type ToolMessageBody = Static<typeof toolMessage>;
