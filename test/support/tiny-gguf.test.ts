import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { chatMlTemplate, type TinyModelOptions, writeTinyModel } from './tiny-gguf.ts';

const sizeBytesMax = 1_000_000;
const prompt = '<|im_start|>user\nThe moon and the gate 🙂.<|im_end|>\n<|im_start|>assistant\n';

let folder = '';
let llama: Llama;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tiny-gguf-'));
  llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    logLevel: LlamaLogLevel.error,
  });
});

after(async () => {
  await llama.dispose();
  await rm(folder, { recursive: true });
});

async function writeModel(name: string, options: TinyModelOptions = {}): Promise<string> {
  const file = join(folder, `${name}.gguf`);
  await writeTinyModel(file, options);
  return file;
}

/** The greedy answer unless a seed is given. */
async function generate(model: LlamaModel, tokensMax: number, seed?: number): Promise<Token[]> {
  const context = await model.createContext({ contextSize: 512, threads: 1 });
  const sampling = { topK: 0, topP: 1, minP: 0, yieldEogToken: true };
  const generated: Token[] = [];
  const evaluation = context.getSequence().evaluate(model.tokenize(prompt, true), {
    ...sampling,
    ...(seed === undefined ? { temperature: 0 } : { temperature: 1, seed }),
  });
  for await (const token of evaluation) {
    generated.push(token);
    if (model.isEogToken(token) || generated.length === tokensMax) break;
  }
  await context.dispose();
  return generated;
}

async function text(model: LlamaModel, tokensMax: number, seed?: number): Promise<string> {
  return model.detokenize(await generate(model, tokensMax, seed), true);
}

test('the file is small, and equal options give equal bytes', async () => {
  const one = await writeModel('one', { seed: 4 });
  assert.ok((await stat(one)).size < sizeBytesMax);
  const [bytes, again, other] = await Promise.all([
    readFile(one),
    readFile(await writeModel('again', { seed: 4 })),
    readFile(await writeModel('other', { seed: 5 })),
  ]);
  assert.ok(bytes.equals(again));
  assert.ok(!bytes.equals(other));
});

for (const architecture of ['llama', 'hybrid'] as const) {
  describe(`a tiny ${architecture} model`, () => {
    let model: LlamaModel;
    before(async () => {
      model = await llama.loadModel({
        modelPath: await writeModel(architecture, { architecture }),
      });
    });
    after(() => model.dispose());

    test('greedy decoding gives the same text twice, sampling another one for each seed', async () => {
      assert.equal(await text(model, 60), await text(model, 60));
      assert.equal(await text(model, 60, 1), await text(model, 60, 1));
      assert.notEqual(await text(model, 60, 1), await text(model, 60, 2));
    });

    test('a prompt survives the tokenizer, with the roles as control tokens', () => {
      const tokens = model.tokenize(prompt, true);
      assert.equal(model.detokenize(tokens, true), prompt);
      assert.equal(tokens[0], model.tokens.bos);
      assert.ok(tokens.includes(model.tokens.eos ?? assert.fail('no end of turn')));
      assert.ok(tokens.length < prompt.length);
    });

    test('some characters and words come in several tokens', () => {
      assert.equal(model.tokenize('🙂').length, 2);
      assert.equal(model.tokenize('é').length, 2);
      assert.equal(model.tokenize(' moonx').length, 2);
    });

    test('characters of several tokens come out whole', async () => {
      const texts = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => text(model, 100, seed)));
      assert.match(texts.join(''), /[🙂🌙éü]/u);
    });

    test(`it ${architecture === 'hybrid' ? 'needs' : 'needs no'} checkpoints`, async () => {
      const context = await model.createContext({ contextSize: 256, threads: 1 });
      assert.equal(context.getSequence().needsCheckpoints, architecture === 'hybrid');
      await context.dispose();
    });
  });
}

test('the chat template is ChatML, another one, or none', async () => {
  const templateOf = async (options: TinyModelOptions) => {
    const model = await llama.loadModel({ modelPath: await writeModel('template', options) });
    const template = model.fileInfo.metadata.tokenizer.chat_template;
    await model.dispose();
    return template;
  };
  assert.equal(await templateOf({}), chatMlTemplate);
  assert.equal(await templateOf({ chatTemplate: '{{ messages }}' }), '{{ messages }}');
  assert.equal(await templateOf({ chatTemplate: null }), undefined);
});

test('a high bias makes answers end by themselves', async () => {
  const modelPath = await writeModel('ends', { endOfTurnBias: 8 });
  const model = await llama.loadModel({ modelPath });
  const tokens = await generate(model, 100, 1);
  assert.ok(tokens.length < 100);
  assert.equal(tokens.at(-1), model.tokens.eos);
  await model.dispose();
});
