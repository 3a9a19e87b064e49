import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGbnfMatcher } from '../../../test/support/gbnf-matcher.ts';
import { createGbnfSampler } from '../../../test/support/gbnf-sampler.ts';
import { createRandom } from '../../../test/support/random.ts';
import { compileJsonSchema, validateAgainstSchema } from '../grammar/index.ts';
import { allFormats, joinPieces } from './__fixtures__/read-turn.ts';
import { tools as plainTools } from './__fixtures__/turn-fixture.ts';
import type {
  ChatFormat,
  ConstrainInput,
  KeyedSchema,
  SchemaGrammar,
  ToolDefinition,
} from './chat-format.ts';

const tools: readonly ToolDefinition[] = [
  ...plainTools,
  {
    name: 'plan',
    parameters: {
      type: 'object',
      properties: {
        route: { $ref: '#/$defs/route' },
        limit: { type: ['integer', 'null'], minimum: 1, maximum: 9 },
        label: { type: 'string', minLength: 1, maxLength: 5 },
        mode: { enum: ['fast', 'a<b', 3] },
      },
      required: ['route', 'mode'],
      additionalProperties: false,
      $defs: { route: { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 2 } },
    },
  },
  {
    name: 'either',
    parameters: {
      type: 'object',
      anyOf: [
        { properties: { a: { type: 'boolean' } }, required: ['a'] },
        { properties: { b: { enum: ['x"y', '</parameter>'] } }, required: ['b'] },
      ],
    },
  },
];
const toolsByName = new Map(tools.map((tool) => [tool.name, tool]));
const rounds = 40;

function schemaGrammar({ key, schema }: KeyedSchema): SchemaGrammar {
  const result = compileJsonSchema(schema, { isStrict: false, rulePrefix: key });
  assert.equal(result.kind, 'compiled', JSON.stringify(result));
  return result;
}

function constrain(format: ChatFormat, input: Partial<ConstrainInput>) {
  const constraint = format.constrain({
    tools,
    choice: 'required',
    parallel: true,
    reasoningStart: 'closed',
    schemaGrammar,
    ...input,
  });
  assert.ok(constraint, 'the output is constrained');
  return constraint;
}

function samples(gbnf: string): readonly string[] {
  const sampler = createGbnfSampler(gbnf, 'root');
  const random = createRandom(7);
  return Array.from({ length: rounds }, () => sampler.sample(random));
}

function read(format: ChatFormat, output: string, startsInReasoning = false) {
  const reader = format.createReader({
    startsInReasoning,
    tools,
    callsBefore: 0,
    newCallId: (_, index) => `call_${index}`,
  });
  return joinPieces([...reader.push(output), ...reader.finish()]);
}

function checkCalls(calls: readonly { name: string; json: string }[], output: string): void {
  for (const { name, json } of calls) {
    const schema = toolsByName.get(name)?.parameters ?? { type: 'object', maxProperties: 0 };
    const isValid = validateAgainstSchema(schema, JSON.parse(json)).kind === 'valid';
    assert.ok(isValid, `${name}(${json}) from ${output}`);
  }
}

for (const format of allFormats) {
  describe(format.name, () => {
    test('every text that a forced grammar allows is a row of valid calls and nothing else', () => {
      const { gbnf } = constrain(format, {});
      const counts = samples(gbnf).map((output) => {
        const { text, reasoning, calls } = read(format, output);
        assert.deepEqual({ text, reasoning }, { text: '', reasoning: '' }, output);
        checkCalls(calls, output);
        return calls.length;
      });
      assert.equal(Math.min(...counts), 1);
      if (format.name !== 'llama-3') assert.ok(Math.max(...counts) > 1, 'several calls');
    });

    test('a grammar for automatic calls begins with a trigger, and what follows is valid', () => {
      const constraint = constrain(format, { choice: 'auto' });
      assert.equal(constraint.kind, 'lazy-grammar');
      const triggers = [...constraint.triggers, ...constraint.startTriggers];
      for (const output of samples(constraint.gbnf)) {
        assert.ok(
          triggers.some((trigger) => output.replace('{ "', '{"').startsWith(trigger)),
          output,
        );
        checkCalls(read(format, output).calls, output);
      }
    });

    test('without parallel calls, and with a named function, there is exactly one call', () => {
      for (const output of samples(constrain(format, { parallel: false }).gbnf)) {
        assert.equal(read(format, output).calls.length, 1, output);
      }
      for (const output of samples(constrain(format, { choice: { name: 'plan' } }).gbnf)) {
        const names = read(format, output).calls.map(({ name }) => name);
        assert.deepEqual(names, ['plan'], output);
      }
    });

    test('a forced call waits for the reasoning that is open or allowed', () => {
      const inside = constrain(format, { reasoningStart: 'inside', parallel: false });
      for (const output of samples(inside.gbnf)) {
        const { text, calls } = read(format, output, true);
        assert.equal(text, '', output);
        assert.equal(calls.length, 1, output);
        checkCalls(calls, output);
      }
      const free = constrain(format, { reasoningStart: 'free', parallel: false });
      for (const output of samples(free.gbnf)) {
        assert.equal(read(format, output).calls.length, 1, output);
      }
    });

    test('nothing is constrained without tools, or when they may not be called', () => {
      const input = { parallel: true, reasoningStart: 'closed', schemaGrammar } as const;
      assert.equal(format.constrain({ ...input, tools, choice: 'none' }), undefined);
      assert.equal(format.constrain({ ...input, tools: [], choice: 'auto' }), undefined);
    });

    test('the schemas of a grammar are known before', () => {
      const asked: KeyedSchema[] = [];
      constrain(format, {
        schemaGrammar: (schema) => {
          asked.push(schema);
          return schemaGrammar(schema);
        },
      });
      assert.deepEqual(asked, format.schemas(tools));
      assert.equal(new Set(asked.map(({ key }) => key)).size, asked.length);
    });
  });
}

test('a grammar takes the white space that models write', () => {
  const hermes = allFormats.find(({ name }) => name === 'hermes-json');
  assert.ok(hermes);
  const matches = createGbnfMatcher(constrain(hermes, {}).gbnf, 'root');
  assert.ok(matches('<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>'));
  assert.ok(matches('<tool_call>{"name":"get_time","arguments":{}}</tool_call>'));
  assert.ok(!matches('<tool_call>\n\n\n{"name":"get_time","arguments":{}}</tool_call>'));
  assert.ok(!matches('<tool_call>{"name":"rm","arguments":{}}</tool_call>'));
  assert.ok(!matches('Well, <tool_call>{"name":"get_time","arguments":{}}</tool_call>'));
});
