import type { Token } from 'node-llama-cpp';
import type { OutputPiece, OutputReader } from '../../chat-formats/index.ts';
import type { GenerationEvent, TokenLogprob } from '../../generation-event.ts';
import { StopMatcher } from '../../text/stop-matcher.ts';
import { type Detokenize, TokenText } from './token-text.ts';

export interface ChoiceOutputOptions {
  readonly index: number;
  readonly stop: readonly string[];
  readonly detokenize: Detokenize;
  /** The end of the prompt: some tokenizers spell a token by what stands before it. */
  readonly context: readonly number[];
  /** Tells reasoning and calls apart; without one all text is visible. */
  readonly reader: OutputReader | undefined;
  readonly startsInReasoning: boolean;
  /** Control tokens that the reader must see, with their texts; all others are dropped. */
  readonly readControls: ReadonlyMap<number, string>;
  readonly emit: (event: GenerationEvent) => void;
}

interface PendingLogprob {
  readonly logprob: TokenLogprob;
  readonly textLength: number;
}

type Channel = 'text' | 'reasoning' | 'call';

/** Turns the tokens of one choice into events: text in whole characters, reasoning, calls, stops. */
export class ChoiceOutput {
  readonly #options: ChoiceOutputOptions;
  readonly #text: TokenText;
  readonly #stops: StopMatcher;
  #channel: Channel;
  /** Tokens whose text the reader has kept back, so that nobody knows yet what they are. */
  #undecidedTokens = 0;
  #reasoningTokens = 0;
  #calls = 0;
  #isStopped = false;
  #logprobs: PendingLogprob[] = [];

  constructor(options: ChoiceOutputOptions) {
    this.#options = options;
    this.#text = new TokenText(options.detokenize, options.context);
    this.#stops = new StopMatcher(options.stop);
    this.#channel = options.startsInReasoning ? 'reasoning' : 'text';
  }

  get reasoningTokens(): number {
    return this.#reasoningTokens;
  }

  get hasCalls(): boolean {
    return this.#calls > 0;
  }

  /** True when a stop sequence has ended the text. */
  push(token: Token, logprob: TokenLogprob | undefined): boolean {
    const text = this.#textOf(token);
    if (logprob !== undefined) this.#logprobs.push({ logprob, textLength: text.length });
    const { reader } = this.#options;
    if (reader === undefined) {
      this.#giveText(text);
      return this.#isStopped;
    }
    this.#undecidedTokens += 1;
    if (text !== '') this.#give(reader.push(text));
    return this.#isStopped;
  }

  /** Gives out what was held back, when no more tokens come. True as for `push`. */
  finish(): boolean {
    const { reader } = this.#options;
    const rest = this.#text.flush();
    if (reader === undefined) {
      this.#giveText(rest);
    } else {
      if (rest !== '') this.#give(reader.push(rest));
      this.#give(reader.finish());
      this.#enter(this.#channel);
    }
    if (!this.#isStopped) this.#flushText();
    return this.#isStopped;
  }

  #textOf(token: Token): string {
    const control = this.#options.readControls.get(token);
    if (control === undefined) return this.#text.push(token);
    return this.#text.flush() + control;
  }

  #give(pieces: readonly OutputPiece[]): void {
    for (const piece of pieces) {
      if (this.#isStopped) return;
      this.#givePiece(piece);
    }
  }

  #givePiece(piece: OutputPiece): void {
    const { index, emit } = this.#options;
    this.#enter(channelOf(piece));
    if (piece.type === 'text') {
      this.#giveText(piece.text);
      return;
    }
    // A stop sequence lies in visible text only, so none can go on behind a piece of something else.
    this.#flushText();
    this.#logprobs = [];
    if (piece.type === 'tool-call-start') this.#calls += 1;
    if (piece.type === 'tool-call-start' || piece.text !== '') emit({ ...piece, index });
  }

  /**
   * Tells what the tokens were that nobody knew of. Tags are a part of what they mark, and the reader has
   * them in hand when the first piece of something else comes: that one is of the last token only.
   */
  #enter(channel: Channel): void {
    const isLeft = this.#channel !== 'text' && channel === 'text';
    const others = isLeft ? 1 : 0;
    const isReasoning = channel === 'reasoning' || this.#channel === 'reasoning';
    if (isReasoning) this.#reasoningTokens += Math.max(0, this.#undecidedTokens - others);
    if (isLeft) this.#logprobs = this.#logprobs.slice(-1);
    this.#undecidedTokens = 0;
    this.#channel = channel;
  }

  #giveText(text: string): void {
    if (this.#isStopped) return;
    const match = this.#stops.push(text);
    this.#isStopped = match.isStopped;
    this.#emitText(match.text);
  }

  #flushText(): void {
    this.#emitText(this.#stops.flush());
  }

  #emitText(text: string): void {
    const { index, emit } = this.#options;
    if (text === '') return;
    emit({ type: 'text', index, text });
    this.#emitLogprobs(this.#isStopped ? text.length : Number.POSITIVE_INFINITY);
  }

  /** Of the tokens whose text begins within the next `textLength` characters. */
  #emitLogprobs(textLength: number): void {
    const { index, emit } = this.#options;
    const tokens: TokenLogprob[] = [];
    let start = 0;
    for (const pending of this.#logprobs) {
      if (start >= textLength) break;
      tokens.push(pending.logprob);
      start += pending.textLength;
    }
    this.#logprobs = [];
    if (tokens.length > 0) emit({ type: 'logprobs', index, tokens });
  }
}

function channelOf({ type }: OutputPiece): Channel {
  return type === 'text' || type === 'reasoning' ? type : 'call';
}
