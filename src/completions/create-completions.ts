import type { Clock, Logger } from '../core/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Completions } from './completion.ts';
import { countPromptTokens } from './count-prompt-tokens.ts';
import { createPendingEndings } from './pending-endings.ts';
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
  /** Completions that hold money at this moment: waiting, generating, settling or still to be settled. */
  running(): number;
  /** Resolves when all of them have settled; for those that the database does not take it waits 3 s. */
  idle(): Promise<void>;
  /** Tries once more to settle what is still to be settled. */
  close(): Promise<void>;
}

export function createCompletions(options: CompletionsOptions): CompletionsService {
  const { ledger, logger, clock, resolveModel } = options;
  const runningHolds = createRunningHolds(ledger, logger, options.checkpointIntervalMs);
  const pendingEndings = createPendingEndings(logger);
  const nowMs = () => clock.nowMs();
  const parts = { ledger, runningHolds, pendingEndings, logger, resolveModel, nowMs };
  return {
    start: (request, signal) => runCompletion(parts, request, signal),
    countPromptTokens: (request, signal) => countPromptTokens(parts, request, signal),
    running: () => runningHolds.count() + pendingEndings.count(),
    async idle() {
      await runningHolds.idle();
      await pendingEndings.idle();
    },
    close() {
      runningHolds.close();
      return pendingEndings.close();
    },
  };
}
