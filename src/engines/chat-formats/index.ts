// How families of models write reasoning and tool calls: which text the template needs, which grammar
// holds a call to its schema, and how the text of a turn is read back. Pure: it renders nothing, samples
// nothing, knows no tokens and does no I/O.
export type {
  ChatFormat,
  ConstrainInput,
  Constraint,
  JsonSchema,
  KeyedSchema,
  OutputPiece,
  OutputReader,
  ReaderInput,
  SchemaGrammar,
  ToolChoice,
  ToolDefinition,
} from './chat-format.ts';
export { chooseChatFormat } from './choose-chat-format.ts';
export type { ReasoningStart, TemplateThinking } from './template-thinking.ts';
export { TriggerWatch } from './trigger-watch.ts';
