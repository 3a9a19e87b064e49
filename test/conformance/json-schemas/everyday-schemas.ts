import { accepted } from './schema-case.ts';

/** As client libraries and tool servers send them, all under strict. */
export const everydaySchemas = [
  accepted(
    'a calendar event',
    {
      type: 'object',
      properties: {
        name: { type: 'string' },
        date: { type: 'string', format: 'date' },
        participants: { type: 'array', items: { type: 'string' } },
      },
      required: ['name', 'date', 'participants'],
      additionalProperties: false,
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
    ['{"name":"Fair","date":"2024-07-01","participants":["Ada","Bob"]}'],
  ),
  accepted(
    'steps of a solution',
    {
      type: 'object',
      properties: {
        steps: { type: 'array', items: { $ref: '#/$defs/Step' } },
        final_answer: { title: 'Final Answer', type: 'string' },
      },
      required: ['steps', 'final_answer'],
      title: 'MathReasoning',
      $defs: {
        Step: {
          properties: {
            explanation: { title: 'Explanation', type: 'string' },
            output: { type: 'string' },
          },
          required: ['explanation', 'output'],
          title: 'Step',
          type: 'object',
          additionalProperties: false,
        },
      },
      additionalProperties: false,
    },
    ['{"steps":[{"explanation":"a","output":"b"}],"final_answer":"c"}'],
  ),
  accepted(
    'a weather tool',
    {
      type: 'object',
      properties: {
        location: { type: 'string', description: 'City and country' },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'], default: 'celsius' },
      },
      required: ['location'],
    },
    ['{"location":"Oslo"}', '{"location":"Oslo","unit":"celsius"}'],
  ),
  accepted(
    'a calculator tool',
    {
      type: 'object',
      properties: { expression: { type: 'string', minLength: 1, maxLength: 200 } },
      required: ['expression'],
      additionalProperties: false,
      $schema: 'http://json-schema.org/draft-07/schema#',
    },
    ['{"expression":"2 + 2"}'],
  ),
  accepted(
    'a file tool',
    {
      type: 'object',
      properties: {
        path: { type: 'string' },
        head: { type: 'number', description: 'first lines' },
        tail: { type: 'number' },
      },
      required: ['path'],
      additionalProperties: false,
    },
    ['{"path":"a.txt","tail":5}'],
  ),
  accepted(
    'edits of a file',
    {
      type: 'object',
      properties: {
        path: { type: 'string' },
        edits: {
          type: 'array',
          items: {
            type: 'object',
            properties: { oldText: { type: 'string' }, newText: { type: 'string' } },
            required: ['oldText', 'newText'],
            additionalProperties: false,
          },
        },
        dryRun: { type: 'boolean', default: false },
      },
      required: ['path', 'edits'],
    },
    ['{"path":"a","edits":[{"oldText":"x","newText":"y"}]}'],
  ),
  accepted(
    'optional fields of a data class',
    {
      properties: {
        name: { title: 'Name', type: 'string' },
        age: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null, title: 'Age' },
      },
      required: ['name'],
      title: 'User',
      type: 'object',
    },
    ['{"name":"Ada","age":null}', '{"name":"Ada"}'],
  ),
  accepted(
    'a discriminated union of a data class',
    {
      $defs: {
        Cat: {
          properties: {
            pet_type: { const: 'cat', title: 'Pet Type', type: 'string' },
            meows: { type: 'integer' },
          },
          required: ['pet_type', 'meows'],
          type: 'object',
        },
        Dog: {
          properties: { pet_type: { const: 'dog', type: 'string' }, barks: { type: 'number' } },
          required: ['pet_type', 'barks'],
          type: 'object',
        },
      },
      properties: {
        pet: {
          discriminator: {
            mapping: { cat: '#/$defs/Cat', dog: '#/$defs/Dog' },
            propertyName: 'pet_type',
          },
          oneOf: [{ $ref: '#/$defs/Cat' }, { $ref: '#/$defs/Dog' }],
          title: 'Pet',
        },
      },
      required: ['pet'],
      type: 'object',
    },
    ['{"pet":{"pet_type":"dog","barks":3.14}}'],
  ),
  accepted(
    'an invoice',
    {
      type: 'object',
      properties: {
        number: { type: 'string', pattern: '^INV-\\d{6}$' },
        issued: { type: 'string', format: 'date' },
        currency: { type: 'string', minLength: 3, maxLength: 3 },
        lines: {
          type: 'array',
          minItems: 1,
          maxItems: 50,
          items: {
            type: 'object',
            properties: {
              description: { type: 'string', maxLength: 120 },
              quantity: { type: 'integer', minimum: 1, maximum: 999 },
              price: { type: 'number', minimum: 0, multipleOf: 0.01 },
            },
            required: ['description', 'quantity', 'price'],
          },
        },
      },
      required: ['number', 'issued', 'currency', 'lines'],
    },
    [
      '{"number":"INV-000123","issued":"2024-05-06","currency":"EUR","lines":[{"description":"Tea","quantity":2,"price":4.95}]}',
    ],
  ),
  accepted(
    'entities of a text',
    {
      type: 'object',
      properties: {
        entities: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              text: { type: 'string' },
              label: { enum: ['PERSON', 'PLACE', 'ORG'] },
              start: { type: 'integer', minimum: 0 },
            },
            required: ['text', 'label', 'start'],
            additionalProperties: false,
          },
        },
      },
      required: ['entities'],
      additionalProperties: false,
    },
    ['{"entities":[{"text":"Oslo","label":"PLACE","start":4}]}'],
  ),
  accepted(
    'a sentiment',
    {
      type: 'object',
      properties: {
        sentiment: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
      },
      required: ['sentiment', 'confidence'],
      additionalProperties: false,
    },
    ['{"sentiment":"positive","confidence":0.93}'],
  ),
  accepted(
    'a plan',
    {
      type: 'object',
      properties: {
        title: { type: 'string' },
        tasks: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: { type: 'integer' },
              after: { type: 'array', items: { type: 'integer' } },
              done: { type: 'boolean' },
            },
            required: ['id', 'after', 'done'],
          },
          minItems: 1,
        },
      },
      required: ['title', 'tasks'],
    },
    ['{"title":"t","tasks":[{"id":1,"after":[],"done":false}]}'],
  ),
  accepted(
    'translations',
    {
      type: 'object',
      propertyNames: { pattern: '^[a-z]{2}(-[A-Z]{2})?$' },
      additionalProperties: { type: 'string' },
      minProperties: 1,
    },
    ['{"en":"Hello","pt-BR":"Olá"}'],
    ['{"english":"x"}'],
  ),
  accepted(
    'a GeoJSON point',
    {
      type: 'object',
      properties: {
        type: { const: 'Point' },
        coordinates: {
          type: 'array',
          prefixItems: [
            { type: 'number', minimum: -180, maximum: 180 },
            { type: 'number', minimum: -90, maximum: 90 },
          ],
          items: false,
          minItems: 2,
        },
      },
      required: ['type', 'coordinates'],
    },
    ['{"type":"Point","coordinates":[10.75,59.91]}'],
  ),
  accepted(
    'a search tool',
    {
      type: 'object',
      properties: {
        query: { type: 'string', minLength: 1 },
        filters: {
          type: 'object',
          additionalProperties: {
            anyOf: [
              { type: 'string' },
              { type: 'number' },
              { type: 'array', items: { type: 'string' } },
            ],
          },
        },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
      },
      required: ['query'],
    },
    ['{"query":"x","filters":{"a":["b"],"c":1},"limit":5}'],
  ),
  accepted(
    'a database query tool',
    {
      type: 'object',
      properties: { sql: { type: 'string' }, params: { type: 'array', items: {} } },
      required: ['sql'],
    },
    ['{"sql":"select 1","params":[1,null,"a"]}'],
  ),
  accepted(
    'a tool without arguments',
    { type: 'object', properties: {}, additionalProperties: false },
    ['{}'],
  ),
  accepted(
    'an HTTP request tool',
    {
      type: 'object',
      properties: {
        method: { enum: ['GET', 'POST', 'PUT', 'DELETE'] },
        url: { type: 'string', format: 'uri' },
        headers: { type: 'object', additionalProperties: { type: 'string' } },
        body: { type: ['string', 'null'] },
      },
      required: ['method', 'url'],
    },
    ['{"method":"GET","url":"https://example.com/","body":null}'],
  ),
  accepted(
    'a chess move',
    {
      type: 'object',
      properties: {
        from: { type: 'string', pattern: '^[a-h][1-8]$' },
        to: { type: 'string', pattern: '^[a-h][1-8]$' },
        promotion: { enum: ['q', 'r', 'b', 'n', null] },
      },
      required: ['from', 'to'],
    },
    ['{"from":"e2","to":"e4"}', '{"from":"a7","to":"a8","promotion":"q"}'],
  ),
  accepted(
    'a moderation',
    {
      type: 'object',
      properties: {
        flagged: { type: 'boolean' },
        categories: {
          type: 'array',
          items: { enum: ['violence', 'self-harm', 'spam'] },
          maxItems: 3,
        },
        explanation: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['flagged', 'categories', 'explanation'],
      additionalProperties: false,
    },
    ['{"flagged":false,"categories":[],"explanation":null}'],
  ),
];
