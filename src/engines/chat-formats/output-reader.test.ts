import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gemmaFixtures } from './__fixtures__/gemma.ts';
import { hermesFixtures } from './__fixtures__/hermes-json.ts';
import { kimiFixtures } from './__fixtures__/kimi-k2.ts';
import { llamaFixtures } from './__fixtures__/llama-3.ts';
import { qwenFixtures } from './__fixtures__/qwen-xml.ts';
import { allFormats, joinPieces, type Turn } from './__fixtures__/read-turn.ts';
import { type TurnFixture, tools } from './__fixtures__/turn-fixture.ts';
import type { ChatFormat } from './chat-format.ts';
import { createHermesFormat } from './hermes-json.ts';

const fixturesOf: Readonly<Record<string, readonly TurnFixture[]>> = {
  'kimi-k2': kimiFixtures,
  'hermes-json': hermesFixtures,
  generic: hermesFixtures,
  'qwen-xml': qwenFixtures,
  gemma: gemmaFixtures,
  'llama-3': llamaFixtures,
};

function readTurn(format: ChatFormat, fixture: TurnFixture, parts: readonly string[]): Turn {
  const reader = format.createReader({
    startsInReasoning: fixture.startsInReasoning ?? false,
    tools: fixture.hasNoTools === true ? [] : tools,
    callsBefore: 4,
    newCallId: (name, index) => `call_${name}_${index}`,
  });
  return joinPieces([...parts.flatMap((part) => reader.push(part)), ...reader.finish()]);
}

for (const format of allFormats) {
  const fixtures = fixturesOf[format.name] ?? [];
  describe(format.name, () => {
    for (const fixture of fixtures) {
      test(fixture.title, () => {
        const turn = readTurn(format, fixture, [fixture.output]);
        assert.equal(turn.text, fixture.text ?? '');
        assert.equal(turn.reasoning, fixture.reasoning ?? '');
        const expected = fixture.calls ?? [];
        assert.deepEqual(
          turn.calls.map(({ name }) => name),
          expected.map(([name]) => name),
        );
        for (const [index, [, wanted]] of expected.entries()) {
          const json = turn.calls[index]?.json ?? '';
          if (typeof wanted === 'string') assert.equal(json, wanted);
          else assert.deepEqual(JSON.parse(json), wanted);
        }
        const ids = turn.calls.map(({ id }) => id);
        if (fixture.ids !== undefined) assert.deepEqual(ids, fixture.ids);
        assert.equal(new Set(ids).size, ids.length, 'ids are unique');
      });
    }

    test('however the text is cut, the same comes out', () => {
      for (const fixture of fixtures) {
        const whole = readTurn(format, fixture, [fixture.output]);
        const characters = [...fixture.output];
        assert.deepEqual(readTurn(format, fixture, characters), whole, fixture.title);
        for (let at = 1; at < characters.length; at += 1) {
          const halves = [characters.slice(0, at).join(''), characters.slice(at).join('')];
          assert.deepEqual(readTurn(format, fixture, halves), whole, `${fixture.title} at ${at}`);
        }
      }
    });

    test('whatever a model writes, cutting changes nothing and no control token gets out', () => {
      const fragments = [
        ...format.controlTexts,
        ...fixtures.flatMap(({ output }) => output.split(/(?<=[>}\n])|(?=[<{\n])/u)),
        ...[' ', '\n', 'word', '"', '\\', '{', '}', '🙂'],
      ];
      const turn = fc.array(fc.constantFrom(...fragments), { maxLength: 14 });
      const hidden = format.controlTexts.filter((text) => /<\||\|>/u.test(text));
      fc.assert(
        fc.property(turn, fc.boolean(), fc.infiniteStream(fc.nat(6)), (parts, starts, sizes) => {
          const fixture = { title: 'random', output: parts.join(''), startsInReasoning: starts };
          const whole = readTurn(format, fixture, [fixture.output]);
          assert.deepEqual(readTurn(format, fixture, cut(fixture.output, sizes)), whole);
          const shown = [whole.text, whole.reasoning, ...whole.calls.map(({ json }) => json)];
          for (const text of hidden) {
            assert.ok(!shown.some((one) => one.includes(text)), `${text} in ${shown.join(' | ')}`);
          }
        }),
        { numRuns: 400 },
      );
    });
  });
}

function cut(text: string, sizes: Iterable<number>): readonly string[] {
  const characters = [...text];
  const parts: string[] = [];
  for (const size of sizes) {
    if (characters.length === 0) break;
    parts.push(characters.splice(0, size + 1).join(''));
  }
  return parts;
}

test('text, reasoning and arguments leave as soon as they cannot be part of a tag', () => {
  const reader = createHermesFormat('').createReader({
    startsInReasoning: false,
    tools,
    callsBefore: 0,
    newCallId: () => 'call_1',
  });
  const sent = (text: string) =>
    reader.push(text).map((piece) => ('text' in piece ? piece.text : ''));
  assert.deepEqual(sent('<think>I see'), ['I see']);
  assert.deepEqual(sent(' it</th'), [' it']);
  assert.deepEqual(sent('ink>\n\nHel'), ['Hel']);
  assert.deepEqual(sent('lo 1 < 2 '), ['lo 1 < 2']);
  assert.deepEqual(sent('<tool_call>{"name": "get_time", "argu'), []);
  assert.deepEqual(sent('ments": {"a'), ['', '{"a']);
  assert.deepEqual(sent('": 1'), ['": 1']);
});
