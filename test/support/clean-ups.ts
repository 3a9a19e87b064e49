import type { CleanUpScope } from './moongate-installation.ts';

/** For what outlives one test: register while setting up, run in the `after` hook or at the end of a proof. */
export class CleanUps implements CleanUpScope {
  readonly #cleanUps: (() => Promise<void>)[] = [];

  after(cleanUp: () => Promise<void>): void {
    this.#cleanUps.push(cleanUp);
  }

  /** The last one registered runs first. */
  async run(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).reverse()) await cleanUp();
  }
}
