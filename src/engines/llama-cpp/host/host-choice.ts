import type { LlamaModel, Token } from 'node-llama-cpp';
import type { FinishReason, TokenLogprob } from '../../generation-event.ts';
import type { ChoiceConstraint } from './choice-constraint.ts';
import type { ChoiceOutput } from './choice-output.ts';
import type { Slot } from './sequence-pool.ts';
import type { StreamedToken, TokenStream } from './token-stream.ts';

export interface HostChoiceParts {
  readonly slot: Slot;
  readonly model: LlamaModel;
  readonly output: ChoiceOutput;
  readonly constraint: ChoiceConstraint | undefined;
  /** Shared with the penalties, which look at what was generated. */
  readonly generated: Token[];
  readonly completionTokensMax: number;
  /** Begins the stream with what is left of the prompt. */
  readonly openStream: (promptTokens: readonly Token[]) => TokenStream;
  readonly spellLogprobs: (streamed: StreamedToken) => TokenLogprob | undefined;
}

export interface ChoiceEnd {
  readonly unified: FinishReason;
  readonly raw: string;
}

/** One answer of a generation: its sequence, its sampler and its text. */
export class HostChoice {
  readonly #parts: HostChoiceParts;
  #stream: TokenStream | undefined;
  #replacement: readonly Token[] | undefined;
  #end: ChoiceEnd | undefined;

  constructor(parts: HostChoiceParts) {
    this.#parts = parts;
  }

  get slot(): Slot {
    return this.#parts.slot;
  }

  get isDecoding(): boolean {
    return this.#stream !== undefined && this.#end === undefined;
  }

  get end(): ChoiceEnd | undefined {
    return this.#end;
  }

  get reasoningTokens(): number {
    return this.#parts.output.reasoningTokens;
  }

  open(promptTokens: readonly Token[]): void {
    this.#stream = this.#parts.openStream(promptTokens);
  }

  /** Evaluates one step and draws a token. Returns how many tokens more there are, at most `tokensMax`. */
  async decode(tokensMax: number): Promise<() => number> {
    const replacement = this.#replacement;
    this.#replacement = undefined;
    const streamed = await this.#stream?.next(replacement);
    if (streamed === undefined) throw new Error('the choice has no stream');
    // What follows from the token is told after the step, in the order of the choices.
    return () => this.#take(streamed, tokensMax);
  }

  /** Ends the choice from outside, e.g. when nothing more is allowed. */
  stop(unified: FinishReason, raw: string): void {
    if (this.#end !== undefined) return;
    this.#finish(unified, raw);
  }

  async dispose(): Promise<void> {
    await this.#stream?.close();
    this.#stream = undefined;
  }

  #take(streamed: StreamedToken, tokensMax: number): number {
    const { generated, output, model, constraint } = this.#parts;
    if (model.isEogToken(streamed.token)) {
      generated.push(streamed.token);
      this.#finish('stop', 'end-of-turn');
      return 1;
    }
    const replacement = constraint?.watch(streamed.token);
    const left = this.#parts.completionTokensMax - generated.length;
    const tokens = (replacement ?? [streamed.token]).slice(0, Math.min(tokensMax, left));
    if (replacement !== undefined) this.#replacement = tokens;
    const logprob = this.#parts.spellLogprobs(streamed);
    const before = generated.length;
    for (const token of tokens) {
      generated.push(token);
      if (output.push(token, logprob)) {
        this.#setEnd('stop', 'stop-sequence');
        return generated.length - before;
      }
    }
    // A trigger that was cut by the allowance cannot be continued under its grammar.
    if (tokens.length < (replacement?.length ?? 0)) this.#finish('length', 'allowance');
    else if (constraint?.isComplete()) this.#finish('stop', 'grammar-complete');
    else if (generated.length >= this.#parts.completionTokensMax) this.#finish('length', 'length');
    return tokens.length;
  }

  /** What was held back may hold a stop sequence whose last bytes were unfinished. */
  #finish(unified: FinishReason, raw: string): void {
    const isStopped = this.#parts.output.finish();
    if (isStopped) this.#setEnd('stop', 'stop-sequence');
    else this.#setEnd(unified, raw);
  }

  /** A turn that came to its end with a call is about the call. */
  #setEnd(unified: FinishReason, raw: string): void {
    const isOfCalls = unified === 'stop' && this.#parts.output.hasCalls;
    this.#end = { unified: isOfCalls ? 'tool-calls' : unified, raw };
  }
}
