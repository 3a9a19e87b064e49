import { PlatformError } from '../../../core/index.ts';
import type { GenerationRequest, Sampling } from '../../../engines/index.ts';
import { ignoredParameters } from './ignored-parameters.ts';
import { refuseUnsupported } from './refuse-unsupported.ts';
import type { ChatCompletionBody } from './request-schema.ts';
import { toAnswerOptions } from './to-answer-options.ts';
import { toMessages } from './to-messages.ts';
import { toReasoning } from './to-reasoning.ts';

export interface DomainRequest {
  readonly generation: Omit<GenerationRequest, 'cacheScope'>;
  readonly isStream: boolean;
  readonly includeUsage: boolean;
  /** Names of the fields that no engine looks at. */
  readonly ignoredParameters: readonly string[];
  /** The field that switches reasoning; engines do not know its name. */
  readonly reasoningField: string | undefined;
}

const noTemplateVariables = {};

/**
 * A validated body in domain form, defaults applied. Throws `request/unsupported-parameter` or
 * `request/unsupported-modality` for what cannot be done, `request/invalid` for what makes no sense.
 */
export function toGenerationRequest(body: ChatCompletionBody): DomainRequest {
  refuseUnsupported(body);
  return {
    generation: {
      messages: toMessages(body.messages),
      sampling: toSampling(body),
      stop: toStop(body.stop),
      completionTokensMax: toCompletionTokensMax(body),
      templateVariables: noTemplateVariables,
      ...toAnswerOptions(body),
    },
    isStream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    ignoredParameters: ignoredParameters(body),
    reasoningField: toReasoning(body).field,
  };
}

function toSampling(body: ChatCompletionBody): Sampling {
  return {
    temperature: body.temperature ?? 1,
    topP: body.top_p ?? 1,
    topK: Math.max(0, body.top_k ?? 0),
    minP: body.min_p ?? 0,
    seed: toSeed(body.seed),
    frequencyPenalty: body.frequency_penalty ?? 0,
    presencePenalty: body.presence_penalty ?? 0,
    repetitionPenalty: body.repetition_penalty ?? 1,
  };
}

// 64-bit seeds are legal on the wire but not exact as a number: one seed must mean one stream of draws.
function toSeed(seed: number | null | undefined): number | undefined {
  if (typeof seed !== 'number') return undefined;
  return Number.isSafeInteger(seed) ? seed : Number(BigInt.asUintN(32, BigInt(seed)));
}

function toStop(stop: string | readonly string[] | null | undefined): readonly string[] {
  const sequences = typeof stop === 'string' ? [stop] : (stop ?? []);
  // Half a character can never be matched in whole characters, and would cut one in two.
  if (sequences.every((sequence) => sequence.isWellFormed())) return sequences;
  throw new PlatformError('request/invalid', 'A stop sequence must be well-formed Unicode.', {
    param: 'stop',
  });
}

function toCompletionTokensMax(body: ChatCompletionBody): number | undefined {
  const bound = body.max_completion_tokens ?? body.max_tokens;
  return typeof bound === 'number'
    ? Math.min(Math.floor(bound), Number.MAX_SAFE_INTEGER)
    : undefined;
}
