/** Turns token ids to text; `context` are the ids just before, for tokenizers that add or drop a space. */
export type Detokenize = (tokens: readonly number[], context: readonly number[]) => string;

const replacement = '\u{FFFD}';
/** A character has at most 4 bytes, so what is older than 4 tokens cannot be part of an unfinished one. */
const characterTokensMax = 4;
const contextTokensMax = 4;

/**
 * Text of a growing row of tokens, in whole characters. Tokens may end inside a character: its bytes stay
 * here until the rest has come. Bytes that never become a character leave as U+FFFD.
 */
export class TokenText {
  readonly #detokenize: Detokenize;
  #context: readonly number[];
  #pending: number[] = [];
  /** How much of the text of `#pending` has already been given out. */
  #givenLength = 0;

  constructor(detokenize: Detokenize, context: readonly number[]) {
    this.#detokenize = detokenize;
    this.#context = context.slice(-contextTokensMax);
  }

  push(token: number): string {
    this.#pending.push(token);
    const text = this.#detokenize(this.#pending, this.#context);
    if (!text.endsWith(replacement)) {
      const rest = text.slice(this.#givenLength);
      this.#forget(this.#pending.length);
      this.#givenLength = 0;
      return rest;
    }
    const end = text.length - replacement.length;
    const piece = text.slice(this.#givenLength, end);
    this.#givenLength = Math.max(end, this.#givenLength);
    this.#forgetOldTokens();
    return piece;
  }

  /** The unfinished character, when nothing more can come. */
  flush(): string {
    if (this.#pending.length === 0) return '';
    const text = this.#detokenize(this.#pending, this.#context).slice(this.#givenLength);
    this.#forget(this.#pending.length);
    this.#givenLength = 0;
    return text;
  }

  #forgetOldTokens(): void {
    const oldTokens = this.#pending.length - characterTokensMax;
    if (oldTokens <= 0) return;
    this.#forget(oldTokens);
    const text = this.#detokenize(this.#pending, this.#context);
    this.#givenLength = text.length - replacement.length;
  }

  #forget(count: number): void {
    const forgotten = this.#pending.slice(0, count);
    this.#context = [...this.#context, ...forgotten].slice(-contextTokensMax);
    this.#pending = this.#pending.slice(count);
  }
}
