import { type Static, Type } from 'typebox';
import { nullable, oneOfStrings, optional } from '../../validation/schema-forms.ts';

// AI/ML API's scopes; only chat exists here, the others may be given and grant nothing yet.
const scopes = Type.Array(
  oneOfStrings([
    'model:chat',
    'model:responses',
    'model:image',
    'model:audio',
    'model:video',
    'model:embeddings',
    'model:speech',
    'model:ocr',
  ]),
  { maxItems: 8 },
);

// The most USD that stay exact in nano-USD as a JSON number.
const thresholdUsdMax = 9_000_000;

const closed = { additionalProperties: false };

const limit = Type.Object(
  {
    retention: oneOfStrings(['no_reset', 'day', 'week', 'month']),
    threshold: Type.Number({ minimum: 0, maximum: thresholdUsdMax }),
  },
  closed,
);

const settings = {
  name: optional(Type.String({ minLength: 1, maxLength: 100 })),
  limit: optional(limit),
  scopes: optional(scopes),
};

export const createKeySchema = Type.Object(settings, closed);
export const changeKeySchema = Type.Object(
  { ...settings, disabled: Type.Optional(Type.Boolean()) },
  { ...closed, minProperties: 1 },
);
export const replaceKeySchema = Type.Object(
  { ...settings, disabled: Type.Optional(Type.Boolean()) },
  closed,
);

export type KeyBody = Static<typeof replaceKeySchema>;
export type LimitBody = Static<typeof limit>;

const keyRecord = {
  name: nullable(Type.String()),
  prefix: Type.String(),
  disabled: Type.Boolean(),
  scopes: nullable(scopes),
  limit: nullable(limit),
  created_at: Type.String(),
  updated_at: Type.String(),
  monthly_usage: Type.Number(),
};

export const keyAnswer = Type.Object({ data: Type.Object(keyRecord) });
export const keysAnswer = Type.Object({ data: Type.Array(Type.Object(keyRecord)) });
export const createdKeyAnswer = Type.Object({
  data: Type.Object({ ...keyRecord, key: Type.String() }),
});
export const deletedKeyAnswer = Type.Object({
  data: Type.Object({ prefix: Type.String(), deleted: Type.Literal(true) }),
});
