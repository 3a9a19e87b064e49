import type { TokenUsage } from '../../core/index.ts';
import type { Constraint, ReasoningStart } from '../chat-formats/index.ts';
import type { GenerationEvent } from '../generation-event.ts';
import type { GenerationRequest, Sampling, ToolDefinition } from '../generation-request.ts';

/** Everything the host needs to load a model; sent once, right after the fork. */
export interface HostSettings {
  readonly modelFile: string;
  readonly contextTokens: number;
  readonly sequences: number;
  readonly threads: number;
  readonly gpu: GpuChoice;
  readonly batchTokens: number;
  readonly prefillBudgetMs: number;
  readonly aliveIntervalMs: number;
  /** Requests for a prompt or a generation that the host keeps waiting; more are refused. */
  readonly waitingMax: number;
}

export type GpuChoice = 'auto' | 'cuda' | 'vulkan' | 'metal' | false;

/** What the server process asks of the host. Ids are the server's and never used twice. */
export type HostRequest =
  | { readonly type: 'start'; readonly settings: HostSettings }
  | { readonly type: 'close' }
  | WorkRequest;

export type WorkRequest =
  | { readonly type: 'prepare'; readonly id: number; readonly request: GenerationRequest }
  | GenerateMessage
  | { readonly type: 'cancel'; readonly id: number }
  /** The allowance now is `totalTokens`; the same total as before means that no more will come. */
  | { readonly type: 'allow'; readonly id: number; readonly totalTokens: number }
  /** The reader of this generation is behind (or has caught up): skip its row in the steps. */
  | { readonly type: 'hold'; readonly id: number; readonly isHeld: boolean };

export interface GenerateMessage {
  readonly type: 'generate';
  readonly id: number;
  readonly tokens: Uint32Array;
  readonly cacheScope: string;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
  /** The client's bound and the room in the context, whichever is lower. */
  readonly completionTokensMax: number;
  readonly allowedTokens: number;
  /** 1 when absent. */
  readonly choices?: number;
  readonly cacheHint?: string;
  readonly logprobs?: { readonly top: number };
  readonly logitBias?: ReadonlyMap<number, number>;
  /** The prompt ends inside the model's reasoning. */
  readonly startsInReasoning: boolean;
  /** The tools that may be called; none when absent. */
  readonly tools?: readonly ToolDefinition[];
  /** Calls in the history: some formats number them over the whole conversation. */
  readonly callsBefore?: number;
  readonly constraint?: Constraint;
}

export type HostMessage =
  | { readonly type: 'ready'; readonly model: LoadedModel }
  | { readonly type: 'load-failed'; readonly message: string }
  | ({ readonly type: 'prepared'; readonly id: number } & PreparedPrompt)
  | { readonly type: 'refused'; readonly id: number; readonly refusal: Refusal }
  /** One message a step, for all generations: a message costs more than what is in it. */
  | { readonly type: 'step'; readonly outputs: readonly StepOutput[] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'extend'; readonly id: number }
  /** `stepMs`: how long the step that runs now has been running; 0 when none does. */
  | { readonly type: 'alive'; readonly stepMs: number };

export interface PreparedPrompt {
  readonly tokens: Uint32Array;
  /** Where the answer begins: in reasoning, after it, or where the model may still open it. */
  readonly reasoningStart: ReasoningStart;
}

export interface LoadedModel {
  readonly contextTokens: number;
  readonly template: string;
  readonly loadMs: number;
}

export interface StepOutput {
  readonly id: number;
  readonly events: readonly GenerationEvent[];
}

/** Why a request was not taken; all but `overloaded` are the request's own fault. */
export type Refusal =
  | { readonly reason: 'template'; readonly message: string }
  | { readonly reason: 'overloaded' }
  | { readonly reason: 'internal'; readonly message: string };

export function usageOf(
  promptTokens: number,
  cachedTokens: number,
  completionTokens: number,
  reasoningTokens: number | undefined,
): TokenUsage {
  return { promptTokens, cachedTokens, completionTokens, reasoningTokens };
}
