import type {
  CompletionEvent,
  CompletionRequest,
  Completions,
  PromptRequest,
  RunningCompletion,
} from '../../src/completions/index.ts';
import { PlatformError, type Price, silentLogger } from '../../src/core/index.ts';
import type { HttpDependencies, KeyRecord, KeyVerdict, PublicModel } from '../../src/http/index.ts';

export const inferenceKey = 'sk_moon_inference';
export const managementKey = 'sk_moon_management';
export const unscopedKey = 'sk_moon_images_only';
export const fixedNowMs = 1_770_686_836_000;

const price: Price = {
  version: 'test',
  freshNanoUsd: 780_000_000n,
  cachedNanoUsd: 130_000_000n,
  outputNanoUsd: 3_900_000_000n,
};

export const kimi: PublicModel = {
  id: 'moonshot/kimi-k2-5',
  aliases: ['kimi-k2.5', 'kimi-k2-5'],
  name: 'Kimi K2.5',
  description: 'A model.',
  developer: 'moonshot',
  createdSeconds: 1_769_000_000,
  contextTokens: 8192,
  completionTokensMax: null,
  inputModalities: ['text'],
  outputModalities: ['text'],
  tokenizer: 'other',
  capabilities: ['streaming'],
  supportedParameters: ['temperature', 'max_tokens'],
  tags: ['tier:tier_1'],
  price,
};

/** Two deltas, their end and the bill of the page: 16 + 835 tokens are 6538 credits. */
export const pageEvents: readonly (readonly CompletionEvent[])[] = [
  [{ type: 'text', index: 0, text: 'Hello' }],
  [{ type: 'text', index: 0, text: ' there\n"you"' }],
  [{ type: 'choice-finished', index: 0, reason: 'stop' }],
  [
    {
      type: 'settled',
      usage: {
        promptTokens: 16,
        cachedTokens: 4,
        completionTokens: 835,
        reasoningTokens: undefined,
      },
      credits: 6538n,
    },
  ],
];

/** The answer of the page, given by each of so many choices. */
function pageEventsOf(choices: number): readonly (readonly CompletionEvent[])[] {
  const copies = (event: CompletionEvent) =>
    'index' in event
      ? Array.from({ length: choices }, (_, index): CompletionEvent => ({ ...event, index }))
      : [event];
  return pageEvents.map((batch) => batch.flatMap(copies));
}

export async function* replay(
  batches: readonly (readonly CompletionEvent[])[],
): AsyncGenerator<readonly CompletionEvent[]> {
  yield* batches;
}

type EventSource = (
  request: CompletionRequest,
  signal: AbortSignal,
) => AsyncIterable<readonly CompletionEvent[]>;

/** Answers every known model with the given events and remembers what it was asked. */
export class ScriptedCompletions implements Completions {
  readonly requests: CompletionRequest[] = [];
  events: EventSource = ({ generation }) => replay(pageEventsOf(generation.choices ?? 1));
  refusal: PlatformError | undefined = undefined;
  relaxedParameters: readonly string[] = [];

  async start(request: CompletionRequest, signal: AbortSignal): Promise<RunningCompletion> {
    this.requests.push(request);
    this.#admit(request.model);
    return {
      modelName: 'smollm2-135m-instruct',
      publicModelId: kimi.id,
      servedBy: 'embedded',
      fingerprint: 'fp_test',
      loweredParameters: [],
      relaxedParameters: this.relaxedParameters,
      price,
      events: this.events(request, signal),
    };
  }

  /** One token a message. */
  async countPromptTokens({ model, generation }: PromptRequest): Promise<number> {
    this.#admit(model);
    return generation.messages.length;
  }

  #admit(model: string): void {
    if (this.refusal !== undefined) throw this.refusal;
    if (model !== kimi.id && !kimi.aliases.includes(model)) {
      throw new PlatformError('models/not-found', 'No such model.', { param: 'model' });
    }
  }
}

export interface FakeDependencies extends HttpDependencies {
  readonly completions: ScriptedCompletions;
}

/** Everything the HTTP surface needs, in memory. */
export function createFakeDependencies(
  overrides: Partial<HttpDependencies> = {},
): FakeDependencies {
  const records = new Map<string, KeyRecord>([[ownRecord.prefix, ownRecord]]);
  return {
    logger: silentLogger,
    clock: { nowMs: () => fixedNowMs },
    build: { name: 'moongate', version: '0.0.0-test' },
    models: { list: () => [kimi] },
    keys: fakeKeyDirectory(records),
    balances: {
      read: async () => ({ balanceNanoUsd: 5_000_000_250n, updatedAtMs: fixedNowMs }),
    },
    verifyKey: async (token) => verdicts[token] ?? { valid: false },
    readiness: () => ({ isReady: true, checks: { engine: 'ok' } }),
    ...overrides,
    completions: new ScriptedCompletions(),
  };
}

const principal = { accountId: 'account', keyId: 'key', keyPrefix: 'sk_moon_own1' };

const verdicts: Readonly<Record<string, KeyVerdict>> = {
  [inferenceKey]: { valid: true, principal, kind: 'api', scopes: null },
  [managementKey]: { valid: true, principal, kind: 'management', scopes: null },
  [unscopedKey]: { valid: true, principal, kind: 'api', scopes: ['model:image'] },
};

const ownRecord: KeyRecord = {
  name: 'own',
  prefix: principal.keyPrefix,
  isDisabled: false,
  limit: null,
  scopes: null,
  createdAtMs: fixedNowMs,
  updatedAtMs: fixedNowMs,
  monthlyUsageNanoUsd: 3_269_000n,
};

function fakeKeyDirectory(records: Map<string, KeyRecord>): HttpDependencies['keys'] {
  return {
    find: async ({ keyPrefix }) => records.get(keyPrefix),
    list: async () => [...records.values()],
    create: async (_accountId, settings) => {
      const record = { ...ownRecord, ...settings, prefix: `sk_moon_new${records.size}` };
      records.set(record.prefix, record);
      return { record, secret: `${record.prefix}_secret` };
    },
    update: async (_accountId, prefix, change) => {
      const record = records.get(prefix);
      if (record === undefined) return undefined;
      const changed = { ...record, ...change };
      records.set(prefix, changed);
      return changed;
    },
    remove: async (_accountId, prefix) => records.delete(prefix),
  };
}
