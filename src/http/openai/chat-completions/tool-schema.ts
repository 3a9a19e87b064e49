import { type Static, Type } from 'typebox';
import { optional, taggedUnion } from '../../validation/schema-forms.ts';

const toolsMax = 128;
const nameForm = '^[a-zA-Z0-9_-]{1,64}$';
const closed = { additionalProperties: false };

// `strict` is missing on the page, but SDK helpers always send it.
const lenientFields = {
  strict: optional(Type.Boolean()),
  cache_control: Type.Optional(Type.Unknown()),
};

const functionFields = {
  ...lenientFields,
  description: optional(Type.String()),
  parameters: optional(
    Type.Unsafe<Readonly<Record<string, unknown>>>({
      type: 'object',
      properties: {
        type: { const: 'object' },
        properties: { type: ['object', 'null'] },
        required: { type: ['array', 'null'], items: { type: 'string' } },
      },
    }),
  ),
  required: optional(Type.Array(Type.String(), { maxItems: 1024 })),
};

const functionTool = Type.Object(
  {
    ...lenientFields,
    type: Type.Literal('function'),
    function: Type.Object({ ...functionFields, name: Type.String({ pattern: nameForm }) }, closed),
  },
  closed,
);

const builtinTool = Type.Object(
  {
    ...lenientFields,
    type: Type.Literal('builtin_function'),
    function: Type.Object({ ...functionFields, name: Type.Literal('$web_search') }, closed),
  },
  closed,
);

export const toolsSchema = Type.Array(taggedUnion('type', [functionTool, builtinTool]), {
  maxItems: toolsMax,
});

export interface NamedToolChoice {
  readonly type: 'function';
  readonly function: { readonly name: string };
}

export const toolChoiceSchema = Type.Unsafe<'none' | 'auto' | 'required' | NamedToolChoice>({
  type: ['string', 'object'],
  if: { type: 'string' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword, never awaited.
  then: { enum: ['none', 'auto', 'required'] },
  else: {
    required: ['type', 'function'],
    properties: {
      type: { const: 'function' },
      function: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string', minLength: 1, maxLength: 64 } },
      },
    },
  },
});

const jsonSchemaFormat = Type.Object(
  {
    type: Type.Literal('json_schema'),
    json_schema: Type.Object(
      {
        name: Type.String({ pattern: nameForm }),
        description: optional(Type.String()),
        schema: optional(Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object' })),
        strict: optional(Type.Boolean()),
      },
      closed,
    ),
  },
  closed,
);

const formats = taggedUnion('type', [
  Type.Object({ type: Type.Literal('text') }, closed),
  Type.Object({ type: Type.Literal('json_object') }, closed),
  jsonSchemaFormat,
]);

export const responseFormatSchema = Type.Unsafe<Static<typeof formats> | null>({
  type: ['object', 'null'],
  if: { type: 'object' },
  // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword, never awaited.
  then: formats,
});
