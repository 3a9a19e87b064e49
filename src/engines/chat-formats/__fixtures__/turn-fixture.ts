import type { ToolDefinition } from '../chat-format.ts';

/** What a model wrote in one turn, and what a client must see of it. */
export interface TurnFixture {
  readonly title: string;
  readonly output: string;
  readonly startsInReasoning?: boolean;
  readonly hasNoTools?: boolean;
  readonly text?: string;
  readonly reasoning?: string;
  /** Name and arguments, as text where it is not the compact form of a value. */
  readonly calls?: readonly (readonly [string, unknown])[];
  /** Ids, where the format fixes them. */
  readonly ids?: readonly string[];
}

export const tools: readonly ToolDefinition[] = [
  {
    name: 'get_weather',
    description: 'The weather of a place',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer', minimum: 1 },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
      },
      required: ['city'],
    },
  },
  {
    name: 'write_file',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        content: { type: 'string' },
        isFinal: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string' } },
        when: { type: 'string', format: 'date' },
        note: {},
      },
    },
  },
  { name: 'get_time' },
];

export const tricky = 'quote " slash \\ braces }{][ tab\t 🙂 <b>é</b>';
