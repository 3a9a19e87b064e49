// One completion, from admitted request to settled usage, and the routing over deployments.
// No HTTP, no SQL: the wire format is http's, the money is the ledger's.

export { periodStartMs } from './budget-windows.ts';
export type {
  CompletionDelta,
  CompletionEvent,
  CompletionRequest,
  Completions,
  Principal,
  PromptRequest,
  RunningCompletion,
} from './completion.ts';
export {
  type CompletionsOptions,
  type CompletionsService,
  createCompletions,
} from './create-completions.ts';
export {
  createSlotQueue,
  type SlotQueue,
  type SlotQueueOptions,
} from './routing/create-slot-queue.ts';
export type { Deployment } from './routing/deployment.ts';
export type { ServedModel } from './served-model.ts';
