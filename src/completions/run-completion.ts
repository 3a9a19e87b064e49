import { type Logger, PlatformError, type Price } from '../core/index.ts';
import type { GenerationEvent, Prepared } from '../engines/index.ts';
import type { Ledger, OpenHold } from '../ledger/index.ts';
import { budgetWindows } from './budget-windows.ts';
import type { CompletionEvent, CompletionRequest, RunningCompletion } from './completion.ts';
import { affordableTokens, boundCompletionTokens, costAtMost } from './completion-bound.ts';
import { endHold, voidUnknownHold } from './end-hold.ts';
import type { PendingEndings } from './pending-endings.ts';
import { prepareCompletion } from './prepare-completion.ts';
import { refusalToError } from './refusal-to-error.ts';
import type { Deployment } from './routing/deployment.ts';
import type { RunningHolds } from './running-holds.ts';
import type { ServedModel } from './served-model.ts';
import { startEagerly } from './start-eagerly.ts';
import { createUsageMeter, type UsageMeter } from './usage-meter.ts';

export interface CompletionParts {
  readonly ledger: Ledger;
  readonly runningHolds: RunningHolds;
  readonly pendingEndings: PendingEndings;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly resolveModel: (name: string) => ServedModel | undefined;
}

/**
 * The story of one completion: resolve → prepare → reserve → queue → generate and count → settle.
 * Every path out of the reserve ends the hold exactly once.
 */
export async function runCompletion(
  parts: CompletionParts,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<RunningCompletion> {
  const { model, deployment, prepared } = await prepareCompletion(
    parts.resolveModel,
    request,
    signal,
  );
  const choices = request.generation.choices ?? 1;
  if (request.refusesRelaxation === true) refuseRelaxed(prepared);
  const { hold, completionTokens, isLowered } = await reserve(
    parts,
    request,
    model,
    deployment,
    prepared,
  );
  const meter = createUsageMeter(prepared.promptTokens);
  const run: Run = { parts, hold, price: model.price, meter };
  parts.runningHolds.add(hold.holdId, meter);
  const release = await queueForSlots(run, deployment, choices, signal);

  const abort = new AbortController();
  const stop = () => abort.abort();
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });

  const engineRun = { deployment, prepared, completionTokens, abort };
  const events = generateAndSettle(run, engineRun, () => {
    signal.removeEventListener('abort', stop);
    release();
  });
  const description = deployment.engine.describe();
  return {
    modelName: description.modelName,
    publicModelId: model.id,
    servedBy: deployment.id,
    fingerprint: description.fingerprint,
    loweredParameters: isLowered ? ['max_tokens'] : [],
    relaxedParameters: prepared.relaxedParameters ?? [],
    price: model.price,
    events: startEagerly(events, stop),
  };
}

/** The money side of a completion. */
interface Run {
  readonly parts: CompletionParts;
  readonly hold: OpenHold;
  readonly price: Price;
  readonly meter: UsageMeter;
}

/** The engine side of it. */
interface EngineRun {
  readonly deployment: Deployment;
  readonly prepared: Prepared;
  readonly completionTokens: number;
  readonly abort: AbortController;
}

async function reserve(
  parts: CompletionParts,
  request: CompletionRequest,
  model: ServedModel,
  deployment: Deployment,
  prepared: Prepared,
): Promise<{ hold: OpenHold; completionTokens: number; isLowered: boolean }> {
  const { principal } = request;
  const choices = request.generation.choices ?? 1;
  const bound = boundCompletionTokens({
    room: prepared.completionTokensRoom,
    asked: request.generation.completionTokensMax,
    defaultTokens: model.defaultCompletionTokens,
  });
  const wanted = bound * choices;
  const reserving = parts.ledger.reserve({
    holdId: request.requestId,
    accountId: principal.accountId,
    keyId: principal.keyId,
    model: model.id,
    priceVersion: model.price.version,
    amountNanoUsd: costAtMost(prepared.promptTokens, wanted, model.price),
    floorNanoUsd: costAtMost(prepared.promptTokens, choices, model.price),
    windows: budgetWindows(principal.keyId, principal.budget, parts.nowMs()),
    call: {
      inferenceId: request.inferenceId,
      clientRequestId: request.clientRequestId,
      servedModel: deployment.engine.describe().modelName,
      deployment: deployment.id,
      isStream: request.isStream,
    },
  });
  const result = await reserving.catch((error: unknown) => {
    voidUnknownHold(parts, request.requestId);
    throw error;
  });
  if (result.kind !== 'held') throw refusalToError(result);
  const { promptTokens } = prepared;
  const completionTokens = affordableTokens(
    result.amountNanoUsd,
    promptTokens,
    wanted,
    model.price,
  );
  const asked = (request.generation.completionTokensMax ?? 0) * choices;
  return { hold: result, completionTokens, isLowered: completionTokens < asked };
}

async function queueForSlots(
  run: Run,
  deployment: Deployment,
  choices: number,
  signal: AbortSignal,
): Promise<() => void> {
  try {
    return await deployment.queue.acquire(signal, choices);
  } catch (error) {
    const failure = signal.aborted ? undefined : error;
    await end(run, { isAborted: signal.aborted, failure, isCharged: false });
    throw error;
  }
}

async function* generateAndSettle(
  run: Run,
  { deployment, prepared, completionTokens, abort }: EngineRun,
  release: () => void,
): AsyncGenerator<readonly CompletionEvent[]> {
  const { meter } = run;
  const allowance = {
    completionTokens: () => completionTokens,
    // The first hold is the bound, so asking for more is always refused.
    extend: () => Promise.resolve(completionTokens),
  };
  let failure: unknown;
  try {
    const batches = deployment.engine.generate(prepared, { allowance, signal: abort.signal });
    for await (const batch of batches) {
      const visible: CompletionEvent[] = [];
      for (const event of batch) {
        meter.count(event);
        const shown = toCompletionEvent(event);
        if (shown !== undefined) visible.push(shown);
      }
      if (visible.length > 0) yield visible;
    }
  } catch (error) {
    failure = error;
  } finally {
    release();
  }
  const isAborted = abort.signal.aborted;
  // An answer that is empty but complete is an answer; one that was cut before its first token is none.
  const isCharged = meter.hasGenerated() || (failure === undefined && !isAborted);
  const credits = await end(run, { isAborted, failure, isCharged });
  if (failure !== undefined) throw isCharged ? afterCharge(failure) : failure;
  yield [{ type: 'settled', usage: meter.usage(), credits }];
}

interface Ending {
  readonly isAborted: boolean;
  readonly failure: unknown;
  readonly isCharged: boolean;
}

/** Ends the hold; resolves to the credits charged. */
async function end(run: Run, { isAborted, failure, isCharged }: Ending): Promise<bigint> {
  const { parts, hold, price, meter } = run;
  try {
    return await endHold(parts, {
      holdId: hold.holdId,
      usage: meter.usage(),
      price,
      ...howItEnded(failure, isAborted),
      isCharged,
    });
  } finally {
    parts.runningHolds.delete(hold.holdId);
  }
}

function howItEnded(failure: unknown, isAborted: boolean) {
  if (failure === undefined) {
    return { status: isAborted ? 'cancelled' : 'succeeded', errorCode: undefined } as const;
  }
  const errorCode = failure instanceof PlatformError ? failure.code : 'internal';
  return { status: 'failed', errorCode } as const;
}

function toCompletionEvent(event: GenerationEvent): CompletionEvent | undefined {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'tool-call-start':
    case 'tool-call-arguments':
    case 'logprobs':
      return event;
    case 'choice-finished':
      return { type: 'choice-finished', index: event.index, reason: event.reason.unified };
    case 'started':
    case 'progress':
    case 'finished':
      return undefined;
  }
}

function afterCharge(failure: unknown): PlatformError {
  const code = failure instanceof PlatformError ? failure.code : 'internal';
  return new PlatformError(
    code,
    'The answer broke off; what was generated until then has been charged. Do not send the same request again automatically.',
    { cause: failure, hasCharged: true },
  );
}

function refuseRelaxed({ relaxedParameters = [] }: Prepared): void {
  const [param] = relaxedParameters;
  if (param === undefined) return;
  throw new PlatformError(
    'request/unsupported-parameter',
    `Unsupported parameter: '${param}': this model cannot honour it in full, and the request allows nothing less.`,
    { param },
  );
}
