import type { Constraint, ReasoningStart } from '../chat-formats/index.ts';
import type { Prepared } from '../engine.ts';
import type { GenerateMessage, PreparedPrompt } from './host-protocol.ts';
import { callableTools } from './output-plan.ts';

/** A prompt with the grammar of its answer. The host keeps nothing between prepare and generate. */
export class PreparedGeneration {
  readonly tokens: Uint32Array;
  readonly #reasoningStart: ReasoningStart;
  readonly #constraint: Constraint | undefined;

  constructor({ tokens, reasoningStart }: PreparedPrompt, constraint?: Constraint) {
    this.tokens = tokens;
    this.#reasoningStart = reasoningStart;
    this.#constraint = constraint;
  }

  toMessage(
    id: number,
    { request, completionTokensRoom }: Prepared,
    allowedTokens: number,
  ): GenerateMessage {
    const asked = request.completionTokensMax ?? completionTokensRoom;
    const { choices, cacheHint, logprobs, logitBias } = request;
    const tools = callableTools(request);
    return {
      type: 'generate',
      id,
      tokens: this.tokens,
      cacheScope: request.cacheScope,
      sampling: request.sampling,
      stop: request.stop,
      completionTokensMax: Math.min(asked, completionTokensRoom),
      allowedTokens,
      startsInReasoning: this.#reasoningStart === 'inside',
      ...(choices === undefined ? {} : { choices }),
      ...(cacheHint === undefined ? {} : { cacheHint }),
      ...(logprobs === undefined ? {} : { logprobs }),
      ...(logitBias === undefined ? {} : { logitBias }),
      ...(this.#constraint === undefined ? {} : { constraint: this.#constraint }),
      ...(tools.length === 0 ? {} : { tools, callsBefore: callsBefore(request.messages) }),
    };
  }
}

function callsBefore(messages: Prepared['request']['messages']): number {
  return messages.reduce(
    (sum, message) => sum + (message.role === 'assistant' ? message.toolCalls.length : 0),
    0,
  );
}
