import type { ReasoningStart, TemplateThinking } from './template-thinking.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ToolDefinition {
  /** `[a-zA-Z0-9_-]`, 1 to 64 characters. */
  readonly name: string;
  readonly description?: string;
  /** Schema of the arguments object; absent or `{}` = no arguments. */
  readonly parameters?: JsonSchema;
}

export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

/** How one family of models writes its reasoning and its tool calls. Pure: no I/O, no clock. */
export interface ChatFormat {
  readonly name: string;
  /** False: the template must be rendered without tools, and `toolPrompt` goes into the system text. */
  readonly knowsTools: boolean;
  readonly thinking: TemplateThinking;
  /**
   * Control tokens that the format is written with: the engine passes their text to the reader, and
   * never to a client.
   */
  readonly controlTexts: readonly string[];
  /** System text that declares the tools, where the template cannot. It holds text of users. */
  toolPrompt(tools: readonly ToolDefinition[], choice: ToolChoice): string | undefined;
  /** Where a turn that follows this prompt begins. */
  reasoningStart(prompt: string): ReasoningStart;
  /** The schemas that `constrain` asks `schemaGrammar` for, so that they can be compiled ahead. */
  schemas(tools: readonly ToolDefinition[]): readonly KeyedSchema[];
  /** undefined: the output is not constrained. */
  constrain(input: ConstrainInput): Constraint | undefined;
  createReader(input: ReaderInput): OutputReader;
  /** Defined where the family fixes the form of ids: ids of the history are rewritten with it. */
  readonly callId: ((name: string, index: number) => string) | undefined;
}

export interface KeyedSchema {
  /** Begins the names of the rules of the schema: unique, `[a-z0-9-]`, ends with a hyphen. */
  readonly key: string;
  readonly schema: JsonSchema;
}

export interface SchemaGrammar {
  /** All its rules begin with the key of the schema. */
  readonly gbnf: string;
  readonly rootRule: string;
}

export interface ConstrainInput {
  readonly tools: readonly ToolDefinition[];
  readonly choice: ToolChoice;
  /** False: one call at most. */
  readonly parallel: boolean;
  /** Of the rendered prompt; a forced call comes after the reasoning that is still open or allowed. */
  readonly reasoningStart: ReasoningStart;
  /** JSON texts of a schema. */
  readonly schemaGrammar: (schema: KeyedSchema) => SchemaGrammar;
}

export type Constraint =
  /** Constrains the whole output. The root rule is `root`. */
  | { readonly kind: 'grammar'; readonly gbnf: string }
  /**
   * Begins when one of the triggers has been generated, or one of the start triggers with nothing but
   * white space before it. The grammar includes the trigger: see `TriggerWatch`.
   */
  | {
      readonly kind: 'lazy-grammar';
      readonly gbnf: string;
      readonly triggers: readonly string[];
      readonly startTriggers: readonly string[];
    };

export interface ReaderInput {
  readonly startsInReasoning: boolean;
  /** Only these can be called. Empty when the choice is `none`. */
  readonly tools: readonly ToolDefinition[];
  /** How many calls the history has: the families with fixed ids count over the whole conversation. */
  readonly callsBefore: number;
  /** `call_` and 24 random characters. `index` is that of the call in this turn. */
  readonly newCallId: (name: string, index: number) => string;
}

/** Tells text, reasoning and calls apart while the text of a turn comes. */
export interface OutputReader {
  push(text: string): readonly OutputPiece[];
  /** The rest, when nothing more can come. Call it once. */
  finish(): readonly OutputPiece[];
}

export type OutputPiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'tool-call-start';
      readonly callIndex: number;
      readonly id: string;
      readonly name: string;
    }
  /** JSON text in parts; a call without arguments has `{}`. */
  | { readonly type: 'tool-call-arguments'; readonly callIndex: number; readonly text: string };
