/** A completion request in domain form: validated, defaults applied, no wire names. */
export interface GenerationRequest {
  readonly messages: readonly Message[];
  readonly sampling: Sampling;
  /** 0 to 4 non-empty strings; none of them ever appears in the output. */
  readonly stop: readonly string[];
  /** The client's own bound on completion tokens of one choice; undefined = up to the room and the allowance. */
  readonly completionTokensMax: number | undefined;
  /** Prompt cache entries are matched inside one scope only: the account. Opaque to engines. */
  readonly cacheScope: string;
  /** Variables for the chat template, e.g. `enable_thinking`. */
  readonly templateVariables: Readonly<Record<string, string | number | boolean>>;
  /** How many answers to the same prompt; 1 when absent. */
  readonly choices?: number;
  readonly tools?: readonly ToolDefinition[];
  /** `auto` when there are tools, else `none`, when absent. */
  readonly toolChoice?: ToolChoice;
  /** False: at most one call. True when absent. */
  readonly allowsParallelToolCalls?: boolean;
  /** Plain text when absent. */
  readonly responseFormat?: ResponseFormat;
  /** Whether a model that can reason does so; the template's own default when absent. */
  readonly reasoning?: ReasoningChoice;
  /** Log probabilities of each token of the answer, with so many alternatives (0 to 20); none when absent. */
  readonly logprobs?: { readonly top: number };
  /** Added to the logit of a token id before sampling; -100 forbids it, 100 forces it. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** The last message is the beginning of the answer (Moonshot's partial mode); it is not repeated. */
  readonly continuesLastMessage?: boolean;
  /** Requests with the same hint probably share their prefix. */
  readonly cacheHint?: string;
}

export interface ToolDefinition {
  /** `^[a-zA-Z0-9_-]{1,64}$`, unique in a request. */
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
  /** True: unsupported keywords of the schema are refused; else they are relaxed. */
  readonly isStrict: boolean;
}

export type JsonSchema = Readonly<Record<string, unknown>> | boolean;

export type ToolChoice =
  | { readonly type: 'none' | 'auto' | 'required' }
  | { readonly type: 'named'; readonly name: string };

export type ResponseFormat =
  | { readonly type: 'json-object' }
  | { readonly type: 'json-schema'; readonly schema: JsonSchema; readonly isStrict: boolean };

export interface ReasoningChoice {
  readonly isEnabled: boolean;
  /** The template's own words, e.g. `low`; undefined = its default. */
  readonly effort?: string;
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
