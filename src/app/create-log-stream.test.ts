import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLogStream } from './create-log-stream.ts';

/** An output that keeps its callers waiting until the test says how the write ended. */
function createOutput() {
  const texts: string[] = [];
  const ends: ((error?: Error | null) => void)[] = [];
  const write = (text: string, end: (error?: Error | null) => void) => {
    texts.push(text);
    ends.push(end);
    return true;
  };
  return {
    texts,
    output: { write: write as never },
    endWrite: (error?: Error) => ends.shift()?.(error),
  };
}

test('the lines of one turn of the loop are written together, in order', async () => {
  const { texts, output, endWrite } = createOutput();
  const stream = createLogStream(output);
  for (const line of ['a\n', 'b\n', 'c\n']) stream.write(line);
  await nextTurn();
  assert.deepEqual(texts, ['a\nb\nc\n']);
  stream.write('d\n');
  await nextTurn();
  assert.equal(texts.length, 1, 'one write at a time');
  endWrite();
  await nextTurn();
  assert.deepEqual(texts, ['a\nb\nc\n', 'd\n']);
});

test('lines that could not be written are counted in the next text, and are not tried again', async () => {
  const { texts, output, endWrite } = createOutput();
  const stream = createLogStream(output);
  stream.write('a\n');
  stream.write('b\n');
  await nextTurn();
  endWrite(new Error('ENOSPC'));
  await nextTurn();
  assert.equal(texts.length, 1);
  stream.write('c\n');
  await nextTurn();
  const [notice, line] = (texts[1] ?? '').split('\n');
  assert.equal((JSON.parse(notice ?? '') as { readonly lines: number }).lines, 2);
  assert.equal(line, 'c');
});

test('an output that takes nothing for a long time costs lines, not memory', async () => {
  const { texts, output, endWrite } = createOutput();
  const stream = createLogStream(output);
  stream.write('first\n');
  await nextTurn();
  const line = `${'x'.repeat(1_023)}\n`;
  for (let count = 0; count < 5_000; count += 1) stream.write(line);
  endWrite();
  await nextTurn();
  const [notice, ...lines] = (texts[1] ?? '').trimEnd().split('\n');
  assert.equal(lines.length, 1_024);
  const lost = (JSON.parse(notice ?? '') as { readonly lines: number }).lines;
  assert.equal(lost, 5_000 - lines.length);
});
