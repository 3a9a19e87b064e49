import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Allowance } from '../engine.ts';
import type { FinishReason, GenerationEvent } from '../generation-event.ts';
import { StopMatcher } from '../text/stop-matcher.ts';
import { abortedOr } from './aborted-or.ts';
import { isTextStep, type ScriptStep, type SilentStep, type TextStep } from './script.ts';
import { closedError, scriptedFailure } from './scripted-failure.ts';
import { tokenEnd } from './scripted-tokens.ts';

export type Ending = FinishReason | 'aborted';

interface ScriptPlay {
  readonly steps: readonly ScriptStep[];
  readonly stop: readonly string[];
  /** The lower one of the client's bound and the room in the context. */
  readonly tokensMax: number;
  readonly tokensPerBatch: number;
  readonly tokenDelayMs: number;
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
  /** Aborted when the engine is closed. */
  readonly closing: AbortSignal;
}

/** A loop over settled promises alone would keep sockets and timers of the process waiting. */
const batchesPerTurn = 16;

/** Plays the steps of one answer, batch by batch, within its limits. */
export class ScriptPlayer {
  readonly #play: ScriptPlay;
  readonly #stopMatcher: StopMatcher;
  #stepIndex = 0;
  /** UTF-16 units of the current text that are already played. */
  #offset = 0;
  #batches = 0;
  completionTokens = 0;
  reasoningTokens = 0;
  /** Set with the last batch. */
  ending: Ending | undefined;

  constructor(play: ScriptPlay) {
    this.#play = play;
    this.#stopMatcher = new StopMatcher(play.stop);
  }

  /** May be empty when it only brings the ending. */
  async nextBatch(): Promise<GenerationEvent[]> {
    await this.#pace();
    const events: GenerationEvent[] = [];
    this.ending = await this.#overcomeObstacles();
    if (this.ending === undefined) this.#takeTokens(events);
    else if (this.ending !== 'aborted') pushText(events, 'text', this.#stopMatcher.flush());
    return events;
  }

  async #pace(): Promise<void> {
    const { tokenDelayMs, tokensPerBatch } = this.#play;
    this.#batches += 1;
    if (tokenDelayMs > 0) await this.#abortedOr(setTimeout(tokenDelayMs * tokensPerBatch));
    else if (this.#batches % batchesPerTurn === 0) await setImmediate();
  }

  /** Waits, fails or ends, until the next thing to do is a token that may be generated. */
  async #overcomeObstacles(): Promise<Ending | undefined> {
    for (;;) {
      if (this.#play.closing.aborted) throw closedError();
      if (this.#play.signal.aborted) return 'aborted';
      const step = this.#currentStep();
      if (step === undefined) return 'stop';
      if (!isTextStep(step)) await this.#passSilentStep(step);
      else if (this.completionTokens >= this.#play.tokensMax) return 'length';
      else if (this.completionTokens < this.#play.allowance.completionTokens()) return undefined;
      else if ((await this.#extendAllowance()) === 'refused') return 'length';
    }
  }

  async #passSilentStep(step: SilentStep): Promise<void> {
    if (step.type === 'fail' || step.type === 'fail-to-start') throw scriptedFailure();
    const until = step.type === 'pause' ? step.until : Promise.withResolvers<never>().promise;
    await this.#abortedOr(until);
    this.#stepIndex += 1;
  }

  async #extendAllowance(): Promise<'refused' | 'answered'> {
    const total = await this.#abortedOr(this.#play.allowance.extend());
    return total === 'aborted' || total > this.completionTokens ? 'answered' : 'refused';
  }

  #takeTokens(events: GenerationEvent[]): void {
    const { tokensMax, tokensPerBatch, allowance } = this.#play;
    const lastToken = Math.min(
      this.completionTokens + tokensPerBatch,
      tokensMax,
      allowance.completionTokens(),
    );
    while (this.completionTokens < lastToken && this.ending === undefined) {
      const step = this.#currentStep();
      if (step === undefined || !isTextStep(step)) break;
      this.#takeToken(step, events);
    }
    events.push({ type: 'progress', completionTokens: this.completionTokens });
  }

  #takeToken(step: TextStep, events: GenerationEvent[]): void {
    const end = tokenEnd(step.text, this.#offset);
    const piece = step.text.slice(this.#offset, end);
    this.#offset = end;
    this.completionTokens += 1;
    if (step.type === 'reasoning') {
      this.reasoningTokens += 1;
      pushText(events, 'reasoning', piece);
      return;
    }
    const visible = this.#stopMatcher.push(piece);
    pushText(events, 'text', visible.text);
    if (visible.isStopped) this.ending = 'stop';
  }

  /** Skips texts that are used up. */
  #currentStep(): ScriptStep | undefined {
    for (;;) {
      const step = this.#play.steps[this.#stepIndex];
      if (step === undefined || !isTextStep(step) || this.#offset < step.text.length) return step;
      this.#stepIndex += 1;
      this.#offset = 0;
    }
  }

  #abortedOr<T>(promise: Promise<T>): Promise<T | 'aborted'> {
    return abortedOr(promise, [this.#play.signal, this.#play.closing]);
  }
}

/** Neighbours of one kind become one event, so that a batch of many tokens stays small. */
function pushText(events: GenerationEvent[], type: TextStep['type'], text: string): void {
  if (text === '') return;
  const last = events.at(-1);
  if (last?.type === type) events[events.length - 1] = { ...last, text: last.text + text };
  else events.push({ type, index: 0, text });
}
