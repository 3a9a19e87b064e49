import type { Engine } from '../engine.ts';

/** What one test of the contract gets to work with. */
export interface ContractSubject {
  /** Shared by the tests, so a leak in one of them is seen by the next. */
  readonly engine: Engine;
  /** A second engine for tests that close theirs; the test closes it. */
  readonly createEngine: () => Promise<Engine>;
}

/** Guarantees by name: the name is what a `skip` list refers to. */
export type ContractTests = Readonly<Record<string, (subject: ContractSubject) => Promise<void>>>;
