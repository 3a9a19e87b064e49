import assert from 'node:assert/strict';
import { PlatformError } from '../../core/index.ts';
import type { Allowance, Engine, Prepared } from '../engine.ts';
import type { GenerationRequest } from '../generation-request.ts';
import { allowanceOf } from './contract-allowance.ts';
import { contractRequest, sampled, userMessage } from './contract-request.ts';
import type { ContractTests } from './contract-test.ts';
import { type GenerationRun, runGeneration } from './run-generation.ts';

export const limitTests = {
  'completionTokensMax is honoured exactly, with the reason length': async ({ engine }) => {
    for (const completionTokensMax of [1, 9]) {
      const run = await runUntilLength(engine, { completionTokensMax });
      assert.equal(run.usage.completionTokens, completionTokensMax);
    }
  },

  'more is asked for when the allowance is used up, and used to the last token': async ({
    engine,
  }) => {
    const run = await runUntilLength(engine, { completionTokensMax: undefined }, () =>
      allowanceOf(3, 4, 12),
    );
    assert.equal(run.usage.completionTokens, 12);
  },

  'a refused extension ends with length at the allowance': async ({ engine }) => {
    const run = await runUntilLength(engine, { completionTokensMax: undefined }, () =>
      allowanceOf(5),
    );
    assert.equal(run.usage.completionTokens, 5);
  },

  'a full context ends with length': async ({ engine }) => {
    const messages = [userMessage(await contentThatLeavesLittleRoom(engine))];
    const prepared = await engine.prepare(contractRequest({ messages }), neverAborted);
    const run = await runUntilLength(engine, { messages, completionTokensMax: undefined });
    assert.equal(run.usage.completionTokens, prepared.completionTokensRoom);
  },

  'a prompt above the context is refused with both numbers': async ({ engine }) => {
    const { contextTokens } = engine.describe();
    const messages = [userMessage('moon and gate '.repeat(contextTokens))];
    await assert.rejects(
      () => engine.prepare(contractRequest({ messages }), neverAborted),
      (error) => {
        assert.ok(error instanceof PlatformError, `not a PlatformError: ${error}`);
        assert.equal(error.code, 'request/context-length-exceeded');
        assert.equal(error.param, 'messages');
        const numbers = overflowMessage.exec(error.message);
        assert.ok(numbers, `another message: ${error.message}`);
        assert.equal(Number(numbers[1]), contextTokens);
        assert.ok(Number(numbers[2]) >= contextTokens);
        return true;
      },
    );
    await runGeneration(engine, contractRequest());
  },
} satisfies ContractTests;

const overflowMessage =
  /^This model's maximum context length is (\d+) tokens\. However, your messages resulted in (\d+) tokens\.$/;

const neverAborted = new AbortController().signal;

/** A model may end its turn by itself, so this tries seeds until one runs into the limit. */
async function runUntilLength(
  engine: Engine,
  overrides: Partial<GenerationRequest>,
  allowance?: () => Allowance,
): Promise<GenerationRun> {
  for (let seed = 1; seed <= 20; seed += 1) {
    const run = await runGeneration(
      engine,
      contractRequest({ ...overrides, sampling: sampled(seed) }),
      allowance === undefined ? {} : { allowance: allowance() },
    );
    if (run.reason === 'length') return run;
  }
  return assert.fail('each of 20 seeds ended before the limit');
}

/** The longest row of words that still fits, found by halving: tokenizers differ in tokens a word. */
async function contentThatLeavesLittleRoom(engine: Engine): Promise<string> {
  const content = (words: number) => 'moon '.repeat(words);
  let fits = 1;
  let tooMany = engine.describe().contextTokens;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if ((await prepareOrOverflow(engine, content(middle))) === undefined) tooMany = middle;
    else fits = middle;
  }
  return content(fits);
}

async function prepareOrOverflow(engine: Engine, content: string): Promise<Prepared | undefined> {
  try {
    return await engine.prepare(
      contractRequest({ messages: [userMessage(content)] }),
      neverAborted,
    );
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'request/context-length-exceeded') {
      return undefined;
    }
    throw error;
  }
}
