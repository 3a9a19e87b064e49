import { parentPort } from 'node:worker_threads';
import { invariant } from '../../core/index.ts';
import { compileJsonSchema } from './compile-json-schema.ts';
import type { GrammarCall, GrammarReply } from './grammar-message.ts';
import { type Validation, validateAgainstSchema } from './validate-against-schema.ts';

/** The body of a grammar worker. The entry file in app does nothing but call it. */
export function runGrammarWorker(): void {
  const port = parentPort;
  invariant(port !== null, 'runGrammarWorker runs in a worker thread');
  const send = (reply: GrammarReply) => port.postMessage(reply);
  port.on('message', (call: GrammarCall) => {
    try {
      send(answer(call));
    } catch (error) {
      const description = error instanceof Error ? (error.stack ?? error.message) : String(error);
      send({ kind: 'failed', description });
    }
  });
  // The first compilation in a thread is many times slower than the second, and callers pay by the clock.
  compileJsonSchema(warmUpSchema, { isStrict: true });
  send({ kind: 'ready' });
}

const warmUpSchema = {
  type: 'object',
  properties: {
    text: { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 20 },
    when: { type: 'string', format: 'date-time' },
    count: { type: 'integer', minimum: 0, maximum: 100 },
    kind: { enum: ['one', 'other'] },
    more: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
    list: { type: 'array', items: { type: ['number', 'string'] } },
  },
  required: ['text'],
};

function answer(call: GrammarCall): GrammarReply {
  const schema: unknown = JSON.parse(call.schemaText);
  if (call.kind === 'compile') {
    return { kind: 'compiled', result: compileJsonSchema(schema, call) };
  }
  return { kind: 'validated', result: validateText(schema, call.valueText) };
}

function validateText(schema: unknown, text: string): Validation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'invalid', errors: [{ pointer: '#', message: 'The text is not JSON.' }] };
  }
  return validateAgainstSchema(schema, value);
}
