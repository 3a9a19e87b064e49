// One completion, from admitted request to settled usage, and the routing over deployments.
// No HTTP, no SQL: the wire format is http's, the money is the ledger's.
export type {
  CompletionEvent,
  CompletionRequest,
  Completions,
  Principal,
  RunningCompletion,
} from './completion.ts';
