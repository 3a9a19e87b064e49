import type { LlamaModel, Token } from 'node-llama-cpp';
import { nativeModel } from './llama-internals.ts';

/** Ids of node-llama-cpp's vocabulary types that are spelled in a way of their own. */
const sentencePieceType = 'spm';
const byteLevelType = 'bpe';

/** The bytes of single tokens, also of those that are only a part of a character. */
export class TokenSpelling {
  readonly #model: LlamaModel;

  constructor(model: LlamaModel) {
    this.#model = model;
  }

  bytesOf(token: Token): readonly number[] {
    const attributes = this.#model.getTokenAttributes(token);
    const spelled = nativeModel(this.#model).getTokenString(token);
    if (attributes.byte) return [Number.parseInt(spelled.slice(3, -1), 16)];
    if (attributes.control || attributes.unknown || attributes.userDefined) return utf8(spelled);
    switch (this.#model.vocabularyType) {
      case byteLevelType:
        return fromByteAlphabet(spelled);
      case sentencePieceType:
        return utf8(spelled.replaceAll('\u{2581}', ' '));
      default:
        return utf8(this.#model.detokenize([token], false));
    }
  }
}

function utf8(text: string): readonly number[] {
  return [...Buffer.from(text, 'utf8')];
}

function fromByteAlphabet(spelled: string): readonly number[] {
  return Array.from(spelled).flatMap((character) => {
    const byte = byteAlphabet.get(character);
    return byte === undefined ? utf8(character) : [byte];
  });
}

const byteAlphabet = createByteAlphabet();

/** GPT-2's alphabet: printable bytes stand for themselves, the others for characters from 256 on. */
function createByteAlphabet(): ReadonlyMap<string, number> {
  const alphabet = new Map<string, number>();
  let substitutes = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
    alphabet.set(String.fromCodePoint(isPrintable ? byte : 256 + substitutes), byte);
    if (!isPrintable) substitutes += 1;
  }
  return alphabet;
}
