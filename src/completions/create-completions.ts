import type { Clock, Logger } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Completions } from './completion.ts';
import { prepareCompletion } from './prepare-completion.ts';
import { runCompletion } from './run-completion.ts';
import { createRunningHolds } from './running-holds.ts';
import type { ServedModel } from './served-model.ts';

export interface CompletionsOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resolveModel: (name: string) => ServedModel | undefined;
  /** How often running completions write down what they have used. */
  readonly checkpointIntervalMs: number;
}

export interface CompletionsService extends Completions {
  /** Completions that hold money at this moment: waiting, generating or settling. */
  running(): number;
  /** Resolves when all of them have settled. */
  idle(): Promise<void>;
  close(): void;
}

export function createCompletions(options: CompletionsOptions): CompletionsService {
  const { ledger, logger, clock, resolveModel } = options;
  const runningHolds = createRunningHolds(ledger, logger, options.checkpointIntervalMs);
  const parts = { ledger, runningHolds, logger, resolveModel, nowMs: () => clock.nowMs() };
  return {
    start: (request, signal) => runCompletion(parts, request, signal),
    async countPromptTokens(request, signal) {
      const { prepared } = await prepareCompletion(resolveModel, request, signal);
      return prepared.promptTokens;
    },
    running: () => runningHolds.count(),
    idle: () => runningHolds.idle(),
    close: () => runningHolds.close(),
  };
}
