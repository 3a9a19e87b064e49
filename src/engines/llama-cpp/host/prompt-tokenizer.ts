import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LlamaModel } from 'node-llama-cpp';

/**
 * Characters that are tokenised without a pause. Measured: 8 ms of this thread, while a decode step runs
 * in another one, so that the tokens of streams come at most that much later.
 */
const pieceLengthMax = 16_384;

/** Tokenises prompts of any length without keeping the steps of running generations waiting. */
export class PromptTokenizer {
  readonly #model: LlamaModel;
  readonly #addsSpace: boolean;

  constructor(model: LlamaModel) {
    this.#model = model;
    this.#addsSpace = addsSpaceBeforeText(model);
  }

  /** Control tokens are recognised in all pieces: they must not hold unguarded text of users. */
  async tokenize(pieces: readonly string[]): Promise<Uint32Array> {
    const rows: number[][] = [];
    let sincePause = 0;
    for (const part of pieces.flatMap((piece) => this.#cut(piece))) {
      rows.push(this.#model.tokenize(part, true));
      sincePause += part.length;
      if (sincePause >= pieceLengthMax) {
        sincePause = 0;
        await nextTurn();
      }
    }
    return this.#withBeginning(Uint32Array.from(rows.flat()));
  }

  /** Templates write the beginning-of-sequence token themselves or leave it to the tokenizer. */
  #withBeginning(tokens: Uint32Array): Uint32Array {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    if (!shouldPrependBosToken || bos === null || tokens[0] === bos) return tokens;
    return Uint32Array.from([bos, ...tokens]);
  }

  /**
   * Cuts before the space in front of a word, where tokenizers cut by themselves. The places depend on
   * what stands before them only, so that a longer conversation begins with the same tokens.
   */
  #cut(text: string): string[] {
    const parts: string[] = [];
    let start = 0;
    while (text.length - start > pieceLengthMax) {
      const end = cutBefore(text, start, start + pieceLengthMax);
      parts.push(text.slice(start, end));
      start = this.#addsSpace && text[end] === ' ' ? end + 1 : end;
    }
    parts.push(text.slice(start));
    return parts;
  }
}

function cutBefore(text: string, start: number, limit: number): number {
  for (let index = limit; index > start + pieceLengthMax / 2; index -= 1) {
    if (text[index] === ' ' && isWordBorder(text, index)) return index;
  }
  const isInsidePair = /[\uDC00-\uDFFF]/u.test(text.charAt(limit));
  return isInsidePair ? limit - 1 : limit;
}

function isWordBorder(text: string, index: number): boolean {
  return /\S/u.test(text.charAt(index - 1)) && /\S/u.test(text.charAt(index + 1));
}

/** SentencePiece vocabularies put a space before the text: then a cut must not keep its own. */
function addsSpaceBeforeText(model: LlamaModel): boolean {
  const word = model.tokenize('moon', false);
  return model.detokenize([...word, ...word]) === 'moon moon';
}
