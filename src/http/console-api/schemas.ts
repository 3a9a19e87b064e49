import { Type } from 'typebox';

const closed = { additionalProperties: false };

export const createKeySchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    kind: Type.Optional(Type.Union([Type.Literal('inference'), Type.Literal('management')])),
    budget: Type.Optional(
      Type.Object(
        {
          retention: Type.Union([
            Type.Literal('no_reset'),
            Type.Literal('day'),
            Type.Literal('week'),
            Type.Literal('month'),
          ]),
          thresholdUsd: Type.String({ pattern: '^\\d{1,9}(\\.\\d{1,9})?$' }),
        },
        closed,
      ),
    ),
  },
  closed,
);

export const changeKeySchema = Type.Object({ disabled: Type.Boolean() }, closed);

export const grantCreditsSchema = Type.Object(
  {
    credits: Type.Integer({ minimum: 1, maximum: 4_000_000_000_000 }),
    note: Type.Optional(Type.String({ maxLength: 500 })),
    reference: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  },
  closed,
);
