import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GenerateMessage, HostMessage, HostSettings, StepOutput } from '../host-protocol.ts';
import type { ChoiceFactory } from './choice-factory.ts';
import { HostGeneration, type StepRow } from './host-generation.ts';
import { PrefillChunk } from './prefill-chunk.ts';
import type { SequencePool, Slot } from './sequence-pool.ts';

interface Row {
  readonly generation: HostGeneration;
  readonly promptTokens: number;
  readonly run: StepRow;
}

/**
 * Runs all generations in common steps. In a step every sequence that decodes gives one token and the
 * oldest prompt gets one chunk further, all in one native batch: generators that run freely miss each
 * other's batches and come in an order that costs up to half the speed. Between steps, and only there,
 * generations come, go, are copied and are cancelled.
 */
export class LockstepScheduler {
  readonly #choices: ChoiceFactory;
  readonly #settings: HostSettings;
  readonly #send: (message: HostMessage) => void;
  readonly #pool: SequencePool;
  readonly #chunk: PrefillChunk;
  readonly #waiting: HostGeneration[] = [];
  /** In the order of arrival, which is the order of prefill. */
  #active: HostGeneration[] = [];
  #wake = Promise.withResolvers<void>();
  #stepStartedMs: number | undefined;

  constructor(
    choices: ChoiceFactory,
    pool: SequencePool,
    settings: HostSettings,
    send: (message: HostMessage) => void,
  ) {
    this.#choices = choices;
    this.#settings = settings;
    this.#send = send;
    this.#pool = pool;
    this.#chunk = new PrefillChunk(settings.batchTokens, settings.prefillBudgetMs);
  }

  submit(request: GenerateMessage): void {
    if (this.#waiting.length >= this.#settings.waitingMax) {
      this.#send({ type: 'refused', id: request.id, refusal: { reason: 'overloaded' } });
      return;
    }
    this.#waiting.push(new HostGeneration(request));
    this.#wake.resolve();
  }

  cancel(id: number): void {
    const generation = this.#find(id);
    if (generation !== undefined) generation.isCancelled = true;
    this.#wake.resolve();
  }

  allow(id: number, totalTokens: number): void {
    this.#find(id)?.allow(totalTokens);
    this.#wake.resolve();
  }

  hold(id: number, isHeld: boolean): void {
    const generation = this.#find(id);
    if (generation !== undefined) generation.isHeld = isHeld;
    this.#wake.resolve();
  }

  /** How long the step that runs now has been running; 0 when none does. */
  stepMs(): number {
    return this.#stepStartedMs === undefined ? 0 : performance.now() - this.#stepStartedMs;
  }

  /** Never resolves; rejects only on a bug, which ends the process. */
  async run(): Promise<never> {
    for (;;) {
      // Before looking at anything, so that what arrives meanwhile is not slept through.
      this.#wake = Promise.withResolvers<void>();
      await this.#endAndAdmit();
      const rows = this.#planRows();
      this.#deliver();
      if (rows.length === 0) {
        await this.#wake.promise;
        continue;
      }
      await this.#step(rows);
      this.#deliver();
      // Messages from the server process get in here: cancellations, prompts to tokenise.
      await nextTurn();
    }
  }

  #planRows(): Row[] {
    const runnable = this.#active.filter((one) => one.isRunnable);
    const rows: Row[] = runnable
      .filter((one) => one.isPromptDone)
      .flatMap((generation) =>
        generation.decodeRows().map((run) => ({ generation, promptTokens: 0, run })),
      );
    const next = runnable.find((one) => !one.isPromptDone);
    if (next !== undefined) {
      const promptTokens = Math.min(this.#chunk.tokensFor(rows.length), next.promptTokensLeft);
      rows.push({ generation: next, promptTokens, run: () => next.prefill(promptTokens) });
    }
    return rows;
  }

  async #step(rows: readonly Row[]): Promise<void> {
    const startedMs = performance.now();
    this.#stepStartedMs = startedMs;
    // All rows are asked for in one turn of the event loop, which is what makes them one batch.
    const results = await Promise.allSettled(rows.map((row) => row.run()));
    this.#stepStartedMs = undefined;
    const promptTokens = rows.reduce((sum, row) => sum + row.promptTokens, 0);
    this.#chunk.measured(promptTokens, performance.now() - startedMs);
    for (const [index, result] of results.entries()) {
      const generation = rows[index]?.generation;
      if (generation === undefined || !this.#active.includes(generation)) continue;
      try {
        if (result.status === 'rejected') throw result.reason;
        result.value();
      } catch (error) {
        await this.#fail(generation, error);
      }
    }
  }

  async #endAndAdmit(): Promise<void> {
    for (const generation of [...this.#waiting, ...this.#active]) {
      if (generation.isCancelled) generation.cancel();
    }
    // Their last events must leave before they are forgotten.
    this.#deliver();
    await this.#removeEnded();
    await this.#admitWaiting();
    await this.#shareEvaluatedPrompts();
    for (const generation of this.#active) {
      if (generation.wantsExtension()) this.#send({ type: 'extend', id: generation.request.id });
    }
  }

  /** In the order of arrival: a request of many choices is not overtaken until they are free. */
  async #admitWaiting(): Promise<void> {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || next.choicesCount > this.#pool.freeCount) return;
      this.#waiting.shift();
      await this.#admit(next);
    }
  }

  async #admit(generation: HostGeneration): Promise<void> {
    const { cacheScope, cacheHint } = generation.request;
    const slots: Slot[] = [];
    this.#active.push(generation);
    try {
      const create = await this.#choices.prepare(generation);
      const acquired = await this.#pool.acquire(generation.prompt, cacheScope, cacheHint);
      slots.push(acquired.slot);
      while (slots.length < generation.choicesCount) slots.push(await this.#pool.acquireEmpty());
      generation.start(slots, acquired.cachedTokens, create);
    } catch (error) {
      generation.holdSlots(slots);
      await this.#fail(generation, error);
    }
  }

  /** The prompt of several choices is evaluated once, in the first sequence, and copied to the others. */
  async #shareEvaluatedPrompts(): Promise<void> {
    for (const generation of [...this.#active]) {
      const [first, ...others] = generation.slots;
      const isReady = !generation.isPromptDone && generation.promptTokensLeft === 0;
      if (first === undefined || !isReady || generation.hasEnded) continue;
      try {
        await this.#pool.share(first, others);
        generation.beginChoices();
      } catch (error) {
        await this.#fail(generation, error);
      }
    }
  }

  async #removeEnded(): Promise<void> {
    const ended = this.#active.filter((one) => one.hasEnded);
    this.#active = this.#active.filter((one) => !one.hasEnded);
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      if (this.#waiting[index]?.hasEnded === true) this.#waiting.splice(index, 1);
    }
    for (const generation of ended) {
      await generation.dispose();
      for (const slot of generation.slots) this.#pool.release(slot);
    }
  }

  /** A batch that could not be computed costs the requests in it, and only them. */
  async #fail(generation: HostGeneration, error: unknown): Promise<void> {
    this.#active = this.#active.filter((one) => one !== generation);
    this.#deliverOne(generation);
    const message = error instanceof Error ? error.message : String(error);
    this.#send({ type: 'failed', id: generation.request.id, message });
    await generation.dispose();
    for (const slot of generation.slots) await this.#pool.discard(slot);
  }

  #deliver(): void {
    const outputs: StepOutput[] = [];
    for (const generation of [...this.#active, ...this.#waiting]) {
      const events = generation.takeEvents();
      if (events.length > 0) outputs.push({ id: generation.request.id, events });
    }
    if (outputs.length > 0) this.#send({ type: 'step', outputs });
  }

  #deliverOne(generation: HostGeneration): void {
    const events = generation.takeEvents();
    if (events.length === 0) return;
    this.#send({ type: 'step', outputs: [{ id: generation.request.id, events }] });
  }

  #find(id: number): HostGeneration | undefined {
    return (
      this.#active.find((one) => one.request.id === id) ??
      this.#waiting.find((one) => one.request.id === id)
    );
  }
}
