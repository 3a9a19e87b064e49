/** A completion request in domain form: validated, defaults applied, no wire names. */
export interface GenerationRequest {
  readonly messages: readonly Message[];
  readonly sampling: Sampling;
  /** 0 to 4 non-empty strings; none of them ever appears in the output. */
  readonly stop: readonly string[];
  /** The client's own bound on completion tokens; undefined = up to the room and the allowance. */
  readonly completionTokensMax: number | undefined;
  /** Prompt cache entries are matched inside one scope only: the account. Opaque to engines. */
  readonly cacheScope: string;
  /** Variables for the chat template, e.g. `enable_thinking`. */
  readonly templateVariables: Readonly<Record<string, string | number | boolean>>;
}

export interface Sampling {
  /** 0 to 2; 0 is greedy. */
  readonly temperature: number;
  /** 0.01 to 1. */
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  /** 0 = off. */
  readonly minP: number;
  /** The same request with the same seed gives the same text. undefined = random. */
  readonly seed: number | undefined;
  /** -2 to 2, each. */
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  /** 1 = off. */
  readonly repetitionPenalty: number;
}

export type Message =
  | { readonly role: 'system'; readonly content: string; readonly name?: string }
  | { readonly role: 'user'; readonly content: string; readonly name?: string }
  | AssistantMessage
  | {
      readonly role: 'tool';
      readonly content: string;
      readonly toolCallId: string;
      readonly name?: string;
    };

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly content: string;
  readonly name?: string;
  readonly reasoning?: string;
  readonly toolCalls: readonly ToolCall[];
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, as the model wrote it. */
  readonly arguments: string;
}
