import type { Token } from 'node-llama-cpp';
import type { FinishReason, GenerationEvent } from '../../generation-event.ts';
import { type GenerateMessage, usageOf } from '../host-protocol.ts';
import type { HostChoice } from './host-choice.ts';
import { rowOptions } from './llama-runtime.ts';
import type { Slot } from './sequence-pool.ts';

/** Asked for this many tokens a choice before the end, so that the answer is there when it is needed. */
const extendAheadTokens = 16;

/** Makes the choices of a generation when it has its sequences. */
export type CreateChoices = (
  slots: readonly Slot[],
  emit: (event: GenerationEvent) => void,
) => readonly HostChoice[];

/** A row of the next step: what it evaluates, and what to do when the step is over. */
export type StepRow = () => Promise<() => void>;

/** One generation in the host: its prompt, its choices and what it may still generate. */
export class HostGeneration {
  readonly request: GenerateMessage;
  readonly prompt: readonly Token[];
  #choices: readonly HostChoice[] = [];
  #slots: readonly Slot[] = [];
  #cachedTokens = 0;
  #completionTokens = 0;
  #events: GenerationEvent[] = [];
  #allowedTokens: number;
  #isAsking = false;
  #isRefused = false;
  #hasEnded = false;
  #isPromptDone = false;
  /** The reader is behind: no step until it has caught up. */
  isHeld = false;
  isCancelled = false;

  constructor(request: GenerateMessage) {
    this.request = request;
    this.prompt = Array.from(request.tokens) as Token[];
    this.#allowedTokens = request.allowedTokens;
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  get choicesCount(): number {
    return this.request.choices ?? 1;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** May it take part in the next step? */
  get isRunnable(): boolean {
    const isAllowed = this.#completionTokens < this.#allowedTokens;
    return !this.isHeld && !this.isCancelled && !this.#hasEnded && isAllowed;
  }

  get isPromptDone(): boolean {
    return this.#isPromptDone;
  }

  /** The last token is not evaluated with the prompt when several choices go on from there. */
  get promptTokensLeft(): number {
    const evaluated = this.#slots[0]?.sequence.nextTokenIndex ?? 0;
    return this.prompt.length - evaluated - (this.choicesCount > 1 ? 1 : 0);
  }

  start(slots: readonly Slot[], cachedTokens: number, create: CreateChoices): void {
    this.#slots = slots;
    this.#cachedTokens = cachedTokens;
    this.#choices = create(slots, (event) => this.#events.push(event));
    const promptTokens = this.prompt.length;
    this.#events.push({ type: 'started', promptTokens, cachedTokens });
  }

  /** Sequences that failed before their choices were made. */
  holdSlots(slots: readonly Slot[]): void {
    this.#slots = slots;
  }

  /**
   * Evaluates the next `tokens` of the prompt; the last chunk of a single choice also gives its first
   * token. Models that cannot roll back keep a checkpoint before the last token, where a repeated prompt
   * can go on.
   */
  async prefill(tokens: number): Promise<() => void> {
    const slot = this.#slots[0];
    if (slot === undefined) throw new Error('the generation has no sequence yet');
    const { sequence } = slot;
    const start = sequence.nextTokenIndex;
    const isLast = tokens >= this.promptTokensLeft;
    const needsCheckpoint = sequence.needsCheckpoints && tokens > 1;
    if (isLast && this.choicesCount === 1 && !needsCheckpoint) {
      const choice = this.#choices[0];
      if (choice === undefined) throw new Error('the generation has no choice');
      this.#isPromptDone = true;
      choice.open(this.prompt.slice(start));
      return await this.#decode(choice, this.#allowedTokens);
    }
    const end = isLast ? this.prompt.length - 1 : start + tokens;
    const chunk = this.prompt.slice(start, end);
    await sequence.evaluateWithoutGeneratingNewTokens(chunk, rowOptions(slot.index));
    if (isLast && sequence.needsCheckpoints) await sequence.takeCheckpoint();
    return () => undefined;
  }

  /** All choices go on from the end of the prompt; call when their sequences hold all but its last token. */
  beginChoices(): void {
    this.#isPromptDone = true;
    for (const choice of this.#choices) choice.open(this.prompt.slice(-1));
  }

  /** One row for each choice that decodes, as far as the allowance reaches. */
  decodeRows(): readonly StepRow[] {
    const left = this.#allowedTokens - this.#completionTokens;
    const decoding = this.#choices.filter((choice) => choice.isDecoding).slice(0, left);
    const spare = left - decoding.length;
    return decoding.map((choice, index) => () => this.#decode(choice, index === 0 ? 1 + spare : 1));
  }

  allow(totalTokens: number): void {
    this.#isAsking = false;
    if (totalTokens > this.#allowedTokens) this.#allowedTokens = totalTokens;
    else this.#isRefused = true;
    this.#endWhenSpent();
  }

  /** True once, when more allowance must be asked for. */
  wantsExtension(): boolean {
    const ahead = extendAheadTokens * this.choicesCount;
    const isNear = this.#completionTokens + ahead >= this.#allowedTokens;
    const isBound = this.#allowedTokens >= this.request.completionTokensMax * this.choicesCount;
    if (!isNear || isBound || this.#isAsking || this.#isRefused || this.#hasEnded) return false;
    this.#isAsking = true;
    return true;
  }

  /** Ends without a reason, as an abort does; the usage counts what was generated. */
  cancel(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.push(this.#finished());
  }

  takeEvents(): readonly GenerationEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  async dispose(): Promise<void> {
    for (const choice of this.#choices) await choice.dispose();
  }

  async #decode(choice: HostChoice, tokensMax: number): Promise<() => void> {
    const take = await choice.decode(tokensMax);
    return () => this.#took(choice, take);
  }

  #took(choice: HostChoice, take: () => number): void {
    if (this.#hasEnded || choice.end !== undefined) return;
    this.#completionTokens += take();
    this.#events.push({ type: 'progress', completionTokens: this.#completionTokens });
    this.#tellEnd(choice);
    this.#endWhenSpent();
  }

  #endWhenSpent(): void {
    const isSpent = this.#completionTokens >= this.#allowedTokens;
    if (this.#isRefused && isSpent && !this.#hasEnded) this.#stopAll('length', 'allowance');
  }

  #stopAll(unified: FinishReason, raw: string): void {
    for (const choice of this.#choices.filter((one) => one.end === undefined)) {
      choice.stop(unified, raw);
      this.#tellEnd(choice);
    }
  }

  #tellEnd(choice: HostChoice): void {
    if (choice.end === undefined) return;
    const index = this.#choices.indexOf(choice);
    this.#events.push({ type: 'choice-finished', index, reason: choice.end });
    if (this.#choices.some((one) => one.end === undefined)) return;
    this.#hasEnded = true;
    this.#events.push(this.#finished());
  }

  #finished(): GenerationEvent {
    const reasoning = this.#choices.reduce((sum, choice) => sum + choice.reasoningTokens, 0);
    const { length } = this.prompt;
    const usage = usageOf(length, this.#cachedTokens, this.#completionTokens, reasoning);
    return { type: 'finished', usage };
  }
}
