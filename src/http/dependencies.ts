import type { Completions, Principal } from '../completions/index.ts';
import type { Clock, Logger, Price } from '../core/index.ts';

/** What the public surface needs from the rows below; the composition root fills it. */
export interface HttpDependencies {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly build: BuildInformation;
  readonly completions: Completions;
  readonly models: PublicModels;
  readonly keys: KeyDirectory;
  readonly balances: Balances;
  /** Must refuse garbage without I/O and take the same time for every kind of refusal. */
  verifyKey(token: string): Promise<KeyVerdict>;
  readiness(): Readiness;
}

export type KeyVerdict = ({ readonly valid: true } & VerifiedKey) | { readonly valid: false };

export interface VerifiedKey {
  readonly principal: Principal;
  /** API keys call models; management keys administer API keys and can call no model. */
  readonly kind: 'api' | 'management';
  /** null = every scope. */
  readonly scopes: readonly string[] | null;
}

export interface BuildInformation {
  readonly name: string;
  readonly version: string;
  readonly commit?: string;
}

export interface Readiness {
  readonly isReady: boolean;
  /** Name of a part → `ok` or a short public reason. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface PublicModels {
  list(): readonly PublicModel[];
}

export interface PublicModel {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly name: string;
  readonly description: string;
  readonly developer: string;
  readonly createdSeconds: number;
  readonly contextTokens: number;
  /** null = bounded by the context alone. */
  readonly completionTokensMax: number | null;
  readonly inputModalities: readonly string[];
  readonly outputModalities: readonly string[];
  readonly tokenizer: string;
  /** AI/ML API's words: `streaming`, `tools`, `vision`, `structured_output` … */
  readonly capabilities: readonly string[];
  readonly supportedParameters: readonly string[];
  readonly tags: readonly string[];
  readonly price: Price;
}

export interface KeyDirectory {
  create(accountId: string, settings: KeySettings): Promise<CreatedKey>;
  /** Oldest first. */
  list(accountId: string): Promise<readonly KeyRecord[]>;
  /** undefined when the account has no such key; absent fields stay as they are. */
  update(
    accountId: string,
    prefix: string,
    change: Partial<KeySettings>,
  ): Promise<KeyRecord | undefined>;
  remove(accountId: string, prefix: string): Promise<boolean>;
  find(principal: Principal): Promise<KeyRecord | undefined>;
}

export interface KeySettings {
  readonly name: string | null;
  readonly isDisabled: boolean;
  readonly limit: KeyLimit | null;
  readonly scopes: readonly string[] | null;
}

export type LimitRetention = 'no_reset' | 'day' | 'week' | 'month';

export interface KeyLimit {
  readonly retention: LimitRetention;
  readonly thresholdNanoUsd: bigint;
}

export interface KeyRecord extends KeySettings {
  readonly prefix: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Spent in the current calendar month, UTC. */
  readonly monthlyUsageNanoUsd: bigint;
}

export interface CreatedKey {
  readonly record: KeyRecord;
  /** The full key; shown in this one answer and never again. */
  readonly secret: string;
}

export interface Balances {
  read(accountId: string): Promise<AccountBalance>;
}

export interface AccountBalance {
  readonly balanceNanoUsd: bigint;
  readonly updatedAtMs: number;
}
