import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { FinishReason, GenerationEvent } from '../../generation-event.ts';
import { StopMatcher } from '../../text/stop-matcher.ts';
import { type GenerateMessage, usageOf } from '../host-protocol.ts';
import { rowOptions } from './llama-runtime.ts';
import { samplerOptions } from './sampler-options.ts';
import type { AcquiredSlot } from './sequence-pool.ts';
import { TokenText } from './token-text.ts';

/** Asked for this many tokens before the end, so that the answer is there when it is needed. */
const extendAheadTokens = 16;
const contextTailTokens = 4;

type TokenStream = ReturnType<LlamaContextSequence['evaluateWithMetadata']>;

/** One generation in the host: its prompt, its place in the context and its text so far. */
export class HostGeneration {
  readonly request: GenerateMessage;
  readonly #prompt: readonly Token[];
  readonly #model: LlamaModel;
  readonly #contextTokens: number;
  readonly #generated: Token[] = [];
  readonly #stops: StopMatcher;
  readonly #text: TokenText;
  #acquired: AcquiredSlot | undefined;
  #stream: TokenStream | undefined;
  #events: GenerationEvent[] = [];
  #allowedTokens: number;
  #isAsking = false;
  #isRefused = false;
  #hasEnded = false;
  /** The reader is behind: no step until it has caught up. */
  isHeld = false;
  isCancelled = false;

  constructor(request: GenerateMessage, model: LlamaModel, contextTokens: number) {
    this.request = request;
    this.#prompt = Array.from(request.tokens) as Token[];
    this.#model = model;
    this.#contextTokens = contextTokens;
    this.#allowedTokens = request.allowedTokens;
    this.#stops = new StopMatcher(request.stop);
    const detokenize = (tokens: readonly number[], context: readonly number[]) =>
      model.detokenize(tokens as Token[], false, context as Token[]);
    this.#text = new TokenText(detokenize, this.#prompt.slice(-contextTailTokens));
  }

  get prompt(): readonly Token[] {
    return this.#prompt;
  }

  get slot() {
    return this.#acquired?.slot;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isDecoding(): boolean {
    return this.#stream !== undefined;
  }

  /** May its row take part in the next step? */
  get isRunnable(): boolean {
    return !this.isHeld && !this.isCancelled && this.#generated.length < this.#allowedTokens;
  }

  get promptTokensLeft(): number {
    return this.#prompt.length - (this.#acquired?.slot.sequence.nextTokenIndex ?? 0);
  }

  start(acquired: AcquiredSlot): void {
    this.#acquired = acquired;
    this.#events.push({
      type: 'started',
      promptTokens: this.#prompt.length,
      cachedTokens: acquired.cachedTokens,
    });
  }

  /**
   * Evaluates the next `tokens` of the prompt; the last chunk also gives the first token. Models that
   * cannot roll back keep a checkpoint before the last token, where a repeated prompt can go on.
   */
  async prefill(tokens: number): Promise<void> {
    const { slot } = this.#started();
    const { sequence } = slot;
    const start = sequence.nextTokenIndex;
    const isLast = start + tokens >= this.#prompt.length;
    const needsCheckpoint = sequence.needsCheckpoints && tokens > 1;
    if (!isLast || needsCheckpoint) {
      const end = isLast ? this.#prompt.length - 1 : start + tokens;
      const chunk = this.#prompt.slice(start, end);
      await sequence.evaluateWithoutGeneratingNewTokens(chunk, rowOptions(slot.index));
      if (isLast) await sequence.takeCheckpoint();
      return;
    }
    this.#stream = this.#openStream(sequence, slot.index, this.#prompt.slice(start));
    await this.decode();
  }

  async decode(): Promise<void> {
    const { value, done } = (await this.#stream?.next()) ?? { done: true, value: undefined };
    if (done || value === undefined) throw new Error('the engine gave no token');
    this.#take(value.token);
  }

  allow(totalTokens: number): void {
    this.#isAsking = false;
    if (totalTokens > this.#allowedTokens) this.#allowedTokens = totalTokens;
    else this.#isRefused = true;
    const isSpent = this.#generated.length >= this.#allowedTokens;
    if (this.#isRefused && isSpent && !this.#hasEnded) this.#end('length', 'allowance');
  }

  /** True once, when more allowance must be asked for. */
  wantsExtension(): boolean {
    const isNear = this.#generated.length + extendAheadTokens >= this.#allowedTokens;
    const isBound = this.#allowedTokens >= this.request.completionTokensMax;
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
    await this.#stream?.return(undefined);
    this.#stream = undefined;
  }

  #openStream(sequence: LlamaContextSequence, index: number, tokens: Token[]): TokenStream {
    const sampling = samplerOptions(this.request.sampling, this.#generated, this.#contextTokens);
    return sequence.evaluateWithMetadata(tokens, {}, { ...rowOptions(index), ...sampling });
  }

  #take(token: Token): void {
    this.#generated.push(token);
    this.#events.push({ type: 'progress', completionTokens: this.#generated.length });
    if (this.#model.isEogToken(token)) {
      this.#end('stop', 'end-of-turn');
      return;
    }
    const match = this.#stops.push(this.#text.push(token));
    this.#giveText(match.text);
    if (match.isStopped) {
      this.#finish('stop', 'stop-sequence');
      return;
    }
    const isBound = this.#generated.length >= this.request.completionTokensMax;
    if (isBound) {
      this.#end('length', 'length');
      return;
    }
    if (this.#isRefused && this.#generated.length >= this.#allowedTokens) {
      this.#end('length', 'allowance');
    }
  }

  /** Gives out what is held back, which may hold a stop sequence whose last bytes were unfinished. */
  #end(unified: FinishReason, raw: string): void {
    const match = this.#stops.push(this.#text.flush());
    this.#giveText(match.text);
    if (match.isStopped) {
      this.#finish('stop', 'stop-sequence');
      return;
    }
    this.#giveText(this.#stops.flush());
    this.#finish(unified, raw);
  }

  #giveText(text: string): void {
    if (text !== '') this.#events.push({ type: 'text', index: 0, text });
  }

  #finish(unified: FinishReason, raw: string): void {
    this.#hasEnded = true;
    this.#events.push({ type: 'choice-finished', index: 0, reason: { unified, raw } });
    this.#events.push(this.#finished());
  }

  #finished(): GenerationEvent {
    const cached = this.#acquired?.cachedTokens ?? 0;
    return {
      type: 'finished',
      usage: usageOf(this.#prompt.length, cached, this.#generated.length),
    };
  }

  #started(): AcquiredSlot {
    if (this.#acquired === undefined) throw new Error('the generation has no sequence yet');
    return this.#acquired;
  }
}
