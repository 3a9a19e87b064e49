// Token generators behind one contract. Adapters never import each other; nothing here knows money,
// accounts or HTTP.
export type { Allowance, Engine, EngineDescription, GenerateOptions, Prepared } from './engine.ts';
export type { FinishReason, GenerationEvent, TokenLogprob } from './generation-event.ts';
export type {
  AssistantMessage,
  GenerationRequest,
  JsonSchema,
  Message,
  ReasoningChoice,
  ResponseFormat,
  Sampling,
  ToolCall,
  ToolChoice,
  ToolDefinition,
} from './generation-request.ts';
export { runGrammarWorker } from './grammar/index.ts';
export {
  createLlamaCppEngine,
  type LlamaCppEngine,
  type LlamaCppOptions,
  runLlamaCppHost,
} from './llama-cpp/index.ts';
export {
  createScriptedEngine,
  type ScriptedEngine,
  type ScriptedEngineOptions,
} from './scripted/scripted-engine.ts';
