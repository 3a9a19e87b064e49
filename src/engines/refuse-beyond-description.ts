import { PlatformError } from '../core/index.ts';
import type { EngineDescription } from './engine.ts';
import type { GenerationRequest } from './generation-request.ts';

interface Demand {
  /** Field of the public request that asks for it: what the client has to change. */
  param(request: GenerationRequest): string;
  readonly because: string;
  isBeyond(description: EngineDescription, request: GenerationRequest): boolean;
}

const demands: readonly Demand[] = [
  {
    param: () => 'tools',
    because: 'this model cannot call tools; leave them out or send "tool_choice": "none"',
    isBeyond: ({ supportsTools }, request) =>
      !supportsTools && hasTools(request) && request.toolChoice?.type !== 'none',
  },
  {
    param: () => 'response_format',
    because: 'this model answers only in the format "text"',
    isBeyond: ({ supportsStructuredOutput }, { responseFormat }) =>
      !supportsStructuredOutput && responseFormat !== undefined,
  },
  {
    param: () => 'n',
    because: 'this model does not give so many choices a request; ask for fewer',
    isBeyond: ({ choicesMax }, { choices = 1 }) => choices > choicesMax,
  },
  {
    param: () => 'logprobs',
    because: 'this model gives no log probabilities',
    isBeyond: ({ supportsLogprobs }, { logprobs }) => !supportsLogprobs && logprobs !== undefined,
  },
  {
    param: () => 'logit_bias',
    because: 'this model takes no token biases',
    isBeyond: ({ supportsLogitBias }, { logitBias }) =>
      !supportsLogitBias && (logitBias?.size ?? 0) > 0,
  },
  {
    param: ({ messages }) => `messages[${messages.length - 1}].partial`,
    because: 'this model cannot continue a given answer',
    isBeyond: ({ supportsContinuation }, { continuesLastMessage }) =>
      !supportsContinuation && continuesLastMessage === true,
  },
];

/**
 * Throws `request/unsupported-parameter` for the first thing asked that such an engine cannot do. Returns
 * the public fields that will have no effect on it, for `Prepared.relaxedParameters`.
 */
export function refuseBeyondDescription(
  request: GenerationRequest,
  description: EngineDescription,
): readonly string[] {
  for (const demand of demands) {
    if (!demand.isBeyond(description, request)) continue;
    const param = demand.param(request);
    const message = `Unsupported parameter: '${param}': ${demand.because}.`;
    throw new PlatformError('request/unsupported-parameter', message, { param });
  }
  return [
    ...(hasTools(request) && !description.supportsTools ? ['tools'] : []),
    ...(request.reasoning?.isEnabled === true && !description.supportsReasoning
      ? ['thinking']
      : []),
  ];
}

function hasTools({ tools }: GenerationRequest): boolean {
  return (tools?.length ?? 0) > 0;
}
