import { type CompletionsService, periodStartMs } from '../completions/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import type { EngineDescription } from '../engines/index.ts';
import type {
  HttpDependencies,
  KeyRecord as HttpKeyRecord,
  PublicModel as HttpPublicModel,
} from '../http/index.ts';
import type { KeyRecord, Keys } from '../keys/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Database, DatabaseHealth } from '../storage/index.ts';
import type { Usage } from '../usage/index.ts';
import type { PricedModel, ServingModels } from './serving-models.ts';
import { packageInformation } from './version.ts';

export interface HttpParts {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: Keys;
  readonly ledger: Ledger;
  readonly usage: Usage;
  readonly completions: CompletionsService;
  readonly servingModels: ServingModels;
}

/** Fills what http asks for from the domain modules. */
export function toHttpDependencies(parts: HttpParts): HttpDependencies {
  const { keys, ledger, clock, servingModels } = parts;
  const startedAtMs = clock.nowMs();
  return {
    logger: parts.logger,
    clock,
    build: { name: packageInformation.name, version: packageInformation.version },
    completions: parts.completions,
    models: {
      list: () => servingModels.list().map((priced) => toHttpModel(priced, startedAtMs)),
    },
    keys: createKeyDirectory(parts),
    balances: {
      async read(accountId) {
        const balance = await ledger.balance(accountId);
        return {
          balanceNanoUsd: balance?.postedNanoUsd ?? 0n,
          updatedAtMs: balance?.updatedAtMs ?? startedAtMs,
        };
      },
    },
    async verifyKey(token) {
      const record = await keys.verify(token);
      if (record === undefined) return { valid: false };
      return {
        valid: true,
        principal: {
          accountId: record.accountId,
          keyId: record.id,
          keyPrefix: record.prefix,
          budget: record.budget,
        },
        kind: record.kind === 'inference' ? 'api' : 'management',
        scopes: record.scopes ?? null,
      };
    },
    readiness() {
      const isServing = servingModels.isReady();
      const database = describeDatabase(parts.database.health());
      return {
        isReady: isServing && database === 'ok',
        checks: { database, engine: isServing ? 'ok' : 'not ready' },
      };
    },
  };
}

function describeDatabase({ isReadable, isWritable }: DatabaseHealth): string {
  if (!isReadable) return 'not readable';
  return isWritable ? 'ok' : 'not writable';
}

function createKeyDirectory({ keys, usage, clock }: HttpParts): HttpDependencies['keys'] {
  const withSpending = async (records: readonly KeyRecord[]): Promise<HttpKeyRecord[]> => {
    const sinceMs = periodStartMs('month', clock.nowMs());
    const spending = await usage.keySpending(
      records.map(({ id }) => id),
      sinceMs,
    );
    return records.map((record, index) => toHttpKey(record, spending[index]?.spentNanoUsd ?? 0n));
  };
  const one = async (record: KeyRecord | undefined) =>
    record === undefined ? undefined : (await withSpending([record]))[0];
  return {
    async create(accountId, settings) {
      const { key, record } = await keys.create({
        accountId,
        kind: 'inference',
        name: settings.name ?? undefined,
        budget: settings.limit ?? undefined,
        scopes: settings.scopes ?? undefined,
      });
      return { record: toHttpKey(record, 0n), secret: key };
    },
    list: async (accountId) => withSpending(await keys.list(accountId)),
    async update(accountId, prefix, change) {
      const record = await keys.update(
        { accountId, prefix },
        {
          ...(change.name === undefined ? {} : { name: change.name ?? undefined }),
          ...(change.isDisabled === undefined ? {} : { isDisabled: change.isDisabled }),
          ...(change.limit === undefined ? {} : { budget: change.limit ?? undefined }),
          ...(change.scopes === undefined ? {} : { scopes: change.scopes ?? undefined }),
        },
      );
      return one(record);
    },
    remove: (accountId, prefix) => keys.delete({ accountId, prefix }),
    async find(principal) {
      const records = await keys.list(principal.accountId);
      return one(records.find(({ id }) => id === principal.keyId));
    },
  };
}

function toHttpKey(record: KeyRecord, monthlyUsageNanoUsd: bigint): HttpKeyRecord {
  return {
    name: record.name ?? null,
    prefix: record.prefix,
    isDisabled: record.isDisabled,
    limit: record.budget ?? null,
    scopes: record.scopes ?? null,
    createdAtMs: record.createdAtMs,
    updatedAtMs: record.updatedAtMs,
    monthlyUsageNanoUsd,
  };
}

function toHttpModel({ model, served }: PricedModel, startedAtMs: number): HttpPublicModel {
  const createdMs = model.releasedOn === undefined ? startedAtMs : Date.parse(model.releasedOn);
  const { tools, images, structuredOutput, reasoning } = model.capabilities;
  return {
    id: model.id,
    aliases: model.aliases,
    name: model.displayName,
    description: model.description,
    developer: model.developer,
    createdSeconds: Math.floor(createdMs / 1_000),
    contextTokens: model.contextTokens,
    completionTokensMax: model.outputTokensMax,
    inputModalities: images ? ['text', 'image'] : ['text'],
    outputModalities: ['text'],
    tokenizer: 'Other',
    capabilities: [
      'streaming',
      ...(tools ? ['tools'] : []),
      ...(images ? ['vision'] : []),
      ...(structuredOutput ? ['structured_output'] : []),
      ...(reasoning ? ['reasoning'] : []),
    ],
    supportedParameters: supportedParameters(served.deployments[0]?.engine.describe()),
    tags: ['playground:chat'],
    price: served.price,
  };
}

/** Those of the first deployment: it answers unless it is down. */
function supportedParameters(engine: EngineDescription | undefined): readonly string[] {
  if (engine === undefined) return samplingParameters;
  return [
    ...samplingParameters,
    ...(engine.supportsTools ? ['tools', 'tool_choice', 'parallel_tool_calls'] : []),
    ...(engine.supportsStructuredOutput ? ['response_format', 'structured_outputs'] : []),
    ...(engine.supportsReasoning ? ['thinking', 'reasoning_effort'] : []),
    ...(engine.supportsLogprobs ? ['logprobs', 'top_logprobs'] : []),
    ...(engine.supportsLogitBias ? ['logit_bias'] : []),
    ...(engine.choicesMax > 1 ? ['n'] : []),
  ];
}

const samplingParameters = [
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
];
