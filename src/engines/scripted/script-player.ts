import { setImmediate, setTimeout } from 'node:timers/promises';
import type { FinishReason, GenerationEvent } from '../generation-event.ts';
import { StopMatcher } from '../text/stop-matcher.ts';
import { abortedOr } from './aborted-or.ts';
import { EventBatch } from './event-batch.ts';
import {
  isTokenStep,
  type ScriptStep,
  type SilentStep,
  type TextStep,
  type TokenStep,
  type ToolCallStep,
} from './script.ts';
import { closedError, scriptedFailure } from './scripted-failure.ts';
import { scriptedLogprob } from './scripted-logprobs.ts';
import { tokenEnd } from './scripted-tokens.ts';
import type { TokenBudget } from './token-budget.ts';

export type Ending = FinishReason | 'aborted';

interface ScriptPlay {
  readonly choiceIndex: number;
  readonly steps: readonly ScriptStep[];
  readonly stop: readonly string[];
  /** Alternatives of each text token; no log probabilities when undefined. */
  readonly topLogprobs: number | undefined;
  /** Calls that stand in the conversation already. */
  readonly earlierCalls: number;
  /** The lower one of the client's bound and the room in the context. */
  readonly tokensMax: number;
  readonly tokensPerBatch: number;
  readonly tokenDelayMs: number;
  readonly budget: TokenBudget;
  readonly signal: AbortSignal;
  /** Aborted when the engine is closed. */
  readonly closing: AbortSignal;
}

/** A loop over settled promises alone would keep sockets and timers of the process waiting. */
const batchesPerTurn = 16;

/** Plays the steps of one choice, batch by batch, within its limits. */
export class ScriptPlayer {
  readonly #play: ScriptPlay;
  readonly #stopMatcher: StopMatcher;
  #stepIndex = 0;
  /** UTF-16 units of the current step that are already played. */
  #offset = 0;
  #isCallOpen = false;
  #calls = 0;
  #batches = 0;
  #completionTokens = 0;
  reasoningTokens = 0;
  /** Set with the last batch. */
  ending: Ending | undefined;

  constructor(play: ScriptPlay) {
    this.#play = play;
    this.#stopMatcher = new StopMatcher(play.stop);
  }

  get choiceIndex(): number {
    return this.#play.choiceIndex;
  }

  /** May be empty when it only brings the ending. */
  async nextBatch(): Promise<GenerationEvent[]> {
    await this.#pace();
    const batch = new EventBatch(this.choiceIndex);
    this.ending = await this.#overcomeObstacles();
    if (this.ending === undefined) this.#takeTokens(batch);
    else if (this.ending !== 'aborted') batch.text('text', this.#stopMatcher.flush());
    if (this.ending === 'stop' && this.#calls > 0) this.ending = 'tool-calls';
    return batch.events;
  }

  async #pace(): Promise<void> {
    const { tokenDelayMs, tokensPerBatch } = this.#play;
    this.#batches += 1;
    if (tokenDelayMs > 0) await this.#abortedOr(setTimeout(tokenDelayMs * tokensPerBatch));
    else if (this.#batches % batchesPerTurn === 0) await setImmediate();
  }

  /** Waits, fails or ends, until the next thing to do is a token that may be generated. */
  async #overcomeObstacles(): Promise<Ending | undefined> {
    const { budget, closing, signal, tokensMax } = this.#play;
    for (;;) {
      if (closing.aborted) throw closedError();
      if (signal.aborted) return 'aborted';
      const step = this.#currentStep();
      if (step === undefined) return 'stop';
      if (!isTokenStep(step)) await this.#passSilentStep(step);
      else if (this.#completionTokens >= tokensMax) return 'length';
      else if (budget.left() > 0) return undefined;
      else if ((await this.#extendBudget()) === 'refused') return 'length';
    }
  }

  async #passSilentStep(step: SilentStep): Promise<void> {
    if (step.type === 'fail' || step.type === 'fail-to-start') throw scriptedFailure();
    const until = step.type === 'pause' ? step.until : Promise.withResolvers<never>().promise;
    await this.#abortedOr(until);
    this.#stepIndex += 1;
  }

  async #extendBudget(): Promise<'refused' | 'answered'> {
    const { budget } = this.#play;
    const answer = await this.#abortedOr(budget.extend());
    return answer === 'aborted' || budget.left() > 0 ? 'answered' : 'refused';
  }

  #takeTokens(batch: EventBatch): void {
    const { budget, tokensMax, tokensPerBatch } = this.#play;
    let tokens = Math.min(tokensPerBatch, tokensMax - this.#completionTokens, budget.left());
    for (; tokens > 0 && this.ending === undefined; tokens -= 1) {
      const step = this.#currentStep();
      if (step === undefined || !isTokenStep(step)) break;
      this.#completionTokens += 1;
      budget.used += 1;
      if (step.type === 'tool-call') this.#takeCallToken(step, batch);
      else this.#takeTextToken(step, batch);
    }
    batch.progress(budget.used);
  }

  #takeTextToken(step: TextStep, batch: EventBatch): void {
    const piece = this.#nextPiece(step.text);
    if (step.type === 'reasoning') {
      this.reasoningTokens += 1;
      batch.text('reasoning', piece);
      return;
    }
    const visible = this.#stopMatcher.push(piece);
    batch.text('text', visible.text);
    if (visible.isStopped) this.ending = 'stop';
    const { topLogprobs } = this.#play;
    if (topLogprobs !== undefined) batch.logprobs([scriptedLogprob(piece, topLogprobs)]);
  }

  #takeCallToken(step: ToolCallStep, batch: EventBatch): void {
    if (this.#isCallOpen) {
      batch.callArguments(this.#calls - 1, this.#nextPiece(step.arguments));
      return;
    }
    // Nothing of the text before a call can become a stop sequence any more.
    batch.text('text', this.#stopMatcher.flush());
    const number = this.#play.earlierCalls + this.#calls;
    batch.callStart(this.#calls, step.id ?? `functions.${step.name}:${number}`, step.name);
    this.#isCallOpen = true;
    this.#calls += 1;
  }

  #nextPiece(text: string): string {
    const start = this.#offset;
    this.#offset = tokenEnd(text, start);
    return text.slice(start, this.#offset);
  }

  /** Skips steps that are used up. */
  #currentStep(): ScriptStep | undefined {
    for (;;) {
      const step = this.#play.steps[this.#stepIndex];
      if (step === undefined || !isTokenStep(step) || !this.#isUsedUp(step)) return step;
      this.#stepIndex += 1;
      this.#offset = 0;
      this.#isCallOpen = false;
    }
  }

  #isUsedUp(step: TokenStep): boolean {
    if (step.type !== 'tool-call') return this.#offset >= step.text.length;
    return this.#isCallOpen && this.#offset >= step.arguments.length;
  }

  #abortedOr<T>(promise: Promise<T>): Promise<T | 'aborted'> {
    return abortedOr(promise, [this.#play.signal, this.#play.closing]);
  }
}
