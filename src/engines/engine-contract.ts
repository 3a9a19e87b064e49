import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Engine } from './engine.ts';
import { abilityTests } from './engine-contract/ability-tests.ts';
import { abortTests } from './engine-contract/abort-tests.ts';
import { cacheTests } from './engine-contract/cache-tests.ts';
import type { ContractSubject, ContractTests } from './engine-contract/contract-test.ts';
import { eventTests } from './engine-contract/event-tests.ts';
import { limitTests } from './engine-contract/limit-tests.ts';
import { stopTests } from './engine-contract/stop-tests.ts';

const contractTests = {
  ...eventTests,
  ...limitTests,
  ...stopTests,
  ...cacheTests,
  ...abortTests,
  ...abilityTests,
} satisfies ContractTests;

export interface EngineContract {
  readonly name: string;
  /** An engine with 2 or more sequences. The suite closes it. Called twice: most tests share one. */
  readonly createEngine: () => Promise<Engine>;
  /** What this adapter cannot keep, each with the reason. */
  readonly skip?: readonly { readonly test: keyof typeof contractTests; readonly reason: string }[];
  /** For one test; a slow model needs more than the default. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 60_000;

/** Registers the guarantees of engine.ts as tests of one adapter. Call it at the top of a test file. */
export function runEngineContract(contract: EngineContract): void {
  const { createEngine, timeoutMs: timeout = defaultTimeoutMs } = contract;
  const reasons = new Map<string, string>(contract.skip?.map((one) => [one.test, one.reason]));
  describe(`${contract.name} keeps the engine contract`, () => {
    let shared: Engine | undefined;
    before(async () => {
      shared = await createEngine();
      assert.ok(shared.describe().sequences >= 2, 'the contract needs 2 or more sequences');
    });
    after(() => shared?.close());
    const subject = (): ContractSubject => {
      assert.ok(shared, 'the engine of the suite was not created');
      return { engine: shared, createEngine };
    };
    for (const [name, body] of Object.entries<ContractTests[string]>(contractTests)) {
      const reason = reasons.get(name);
      test(name, { timeout, ...(reason === undefined ? {} : { skip: reason }) }, () =>
        body(subject()),
      );
    }
  });
}
