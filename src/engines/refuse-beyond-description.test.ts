import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '../core/index.ts';
import type { EngineDescription } from './engine.ts';
import { contractRequest, userMessage } from './engine-contract/contract-request.ts';
import type { GenerationRequest } from './generation-request.ts';
import { refuseBeyondDescription } from './refuse-beyond-description.ts';

const able: EngineDescription = {
  modelName: 'able',
  contextTokens: 1024,
  sequences: 4,
  supportsTools: true,
  supportsImages: false,
  supportsLogprobs: true,
  supportsStructuredOutput: true,
  supportsReasoning: true,
  supportsLogitBias: true,
  supportsContinuation: true,
  choicesMax: 4,
  hasExactCachedTokens: true,
  fingerprint: 'fp_able',
};
const unable: EngineDescription = {
  ...able,
  supportsTools: false,
  supportsLogprobs: false,
  supportsStructuredOutput: false,
  supportsReasoning: false,
  supportsLogitBias: false,
  supportsContinuation: false,
  choicesMax: 1,
};

const tools = [{ name: 'look', parameters: { type: 'object' }, isStrict: false }];
const beginning = { role: 'assistant', content: 'The', toolCalls: [] } as const;
const cases: readonly (readonly [string, Partial<GenerationRequest>])[] = [
  ['tools', { tools }],
  ['response_format', { responseFormat: { type: 'json-object' } }],
  ['n', { choices: 2 }],
  ['logprobs', { logprobs: { top: 0 } }],
  ['logit_bias', { logitBias: new Map([[1, -100]]) }],
  ['messages[1].partial', { messages: [userMessage('Hi'), beginning], continuesLastMessage: true }],
];

test('what an engine cannot do is refused with the field of the request', () => {
  for (const [param, fields] of cases) {
    assert.throws(
      () => refuseBeyondDescription(contractRequest(fields), unable),
      (error) => {
        assert.ok(error instanceof PlatformError);
        assert.deepEqual([error.code, error.param], ['request/unsupported-parameter', param]);
        return true;
      },
    );
  }
});

test('what an engine can do is neither refused nor called relaxed', () => {
  for (const [, fields] of cases) {
    assert.deepEqual(refuseBeyondDescription(contractRequest(fields), able), []);
  }
  const reasoning = { isEnabled: true };
  assert.deepEqual(refuseBeyondDescription(contractRequest({ reasoning }), able), []);
});

test('a request that asks for nothing special passes every engine', () => {
  const plain: Partial<GenerationRequest> = {
    tools: [],
    choices: 1,
    logitBias: new Map(),
    reasoning: { isEnabled: false },
    continuesLastMessage: false,
  };
  for (const fields of [{}, plain]) {
    assert.deepEqual(refuseBeyondDescription(contractRequest(fields), unable), []);
  }
});

test('tools that may not be called and reasoning that cannot happen are named, not refused', () => {
  const request = contractRequest({
    tools,
    toolChoice: { type: 'none' },
    reasoning: { isEnabled: true, effort: 'high' },
  });
  assert.deepEqual(refuseBeyondDescription(request, unable), ['tools', 'thinking']);
});
