/** Tokens that no text contains; the chat template writes them. */
const controlTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

export const startOfTurnId = 1;
export const endOfTurnId = 2;

/** Words of several letters in one token: a stop sequence may begin or end inside them. */
const words = [' moon', ' gate', ' the', 'ing'];

/** Halves of characters: 🙂 and 🌙 are always two tokens, é and ü too (two single bytes). */
const characterHalves = [
  [0xf0, 0x9f],
  [0x99, 0x82],
  [0x8c, 0x99],
];

/** First bytes of a character and what may follow them. */
const continuations: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [0xf0, 0x9f],
    [0x99, 0x82],
  ],
  [
    [0xf0, 0x9f],
    [0x8c, 0x99],
  ],
  [[0xc3], [0xa9]],
  [[0xc3], [0xbc]],
];

export interface TinyVocabulary {
  readonly tokens: readonly string[];
  /** 1 = normal, 3 = control. */
  readonly types: readonly number[];
  readonly merges: readonly string[];
  /** The bytes of each token, empty for control tokens. */
  readonly bytes: readonly (readonly number[])[];
  /** Pairs of tokens of which the second one should follow the first one. */
  readonly continuations: readonly (readonly [number, number])[];
}

/** A byte-level BPE vocabulary: every byte is a token, so that every text can be tokenised. */
export function tinyVocabulary(): TinyVocabulary {
  const bytes: (readonly number[])[] = controlTokens.map(() => []);
  for (let byte = 0; byte < 256; byte += 1) bytes.push([byte]);
  const merges: string[] = [];
  const sequences = [...words.map((word) => [...Buffer.from(word)]), ...characterHalves];
  for (const sequence of sequences) {
    for (let length = 2; length <= sequence.length; length += 1) {
      const first = spell(sequence.slice(0, length - 1));
      merges.push(`${first} ${spell(sequence.slice(length - 1, length))}`);
      bytes.push(sequence.slice(0, length));
    }
  }
  const tokens = [...controlTokens, ...bytes.slice(controlTokens.length).map(spell)];
  const idOf = (sequence: readonly number[]) => tokens.indexOf(spell(sequence));
  return {
    tokens,
    types: tokens.map((_, id) => (id < controlTokens.length ? 3 : 1)),
    merges,
    bytes,
    continuations: continuations.map(([first, second]) => [idOf(first), idOf(second)] as const),
  };
}

/** GPT-2's alphabet, in which every byte is a printable character. */
function spell(bytes: readonly number[]): string {
  return bytes.map((byte) => byteAlphabet[byte]).join('');
}

const byteAlphabet: readonly string[] = createByteAlphabet();

function createByteAlphabet(): readonly string[] {
  const isPrintable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let substitutes = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    if (isPrintable(byte)) return String.fromCodePoint(byte);
    substitutes += 1;
    return String.fromCodePoint(255 + substitutes);
  });
}
