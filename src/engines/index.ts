// Token generators behind one contract. Adapters never import each other; nothing here knows money,
// accounts or HTTP.
export type { Allowance, Engine, EngineDescription, GenerateOptions, Prepared } from './engine.ts';
export type { FinishReason, GenerationEvent } from './generation-event.ts';
export type {
  AssistantMessage,
  GenerationRequest,
  Message,
  Sampling,
  ToolCall,
} from './generation-request.ts';
