import { type BodyStep, type CallBody, mayBecome } from './call-syntax.ts';
import { endsInString } from './controlled-arguments.ts';
import { escapeJson, parseJson } from './json-depth.ts';

/** Stands for the quotation mark around strings. */
export const gemmaQuote = '<|"|>';

export interface GemmaTags {
  readonly endTag: string;
  readonly nextTag: string;
  /** All control texts of the format: those that mean nothing here are left out. */
  readonly controlTexts: readonly string[];
}

/** What the text at one place is. */
type Place =
  | { readonly in: 'structure' }
  /** Between two of the family's quotation marks; its text is not escaped. */
  | { readonly in: 'text' }
  /** Between two JSON quotation marks; leaves as it is. */
  | { readonly in: 'json-string'; readonly isEscaped: boolean }
  /** A key without quotation marks, or a number, true, false or null. */
  | { readonly in: 'word'; readonly text: string };

/** What stands at a place of the text, and how many characters it takes. */
interface Meaning {
  readonly kind: 'character' | 'quote' | 'hidden' | 'end' | 'more';
  readonly length: number;
}

const structure: Place = { in: 'structure' };

/** Turns the family's own notation into JSON as it comes. JSON is taken too. */
export class GemmaArguments implements CallBody {
  readonly #marks: readonly string[];
  readonly #endTag: string;
  readonly #ends: readonly string[];
  #place: Place = structure;
  /** The open braces and brackets, each as its closing counterpart. */
  #open: readonly string[] = [];
  #hasEnded = false;

  constructor({ endTag, nextTag, controlTexts }: GemmaTags) {
    this.#endTag = endTag;
    this.#ends = [endTag, nextTag];
    this.#marks = controlTexts;
  }

  read(text: string, isEnd: boolean): BodyStep {
    let length = 0;
    let json = '';
    while (length < text.length) {
      const meaning = this.#meaningAt(text, length, isEnd);
      if (meaning.kind === 'more') return { length, json, isClosed: false };
      length += meaning.length;
      if (meaning.kind === 'end') return { length, json: json + this.#close(), isClosed: true };
      if (meaning.kind === 'quote') json += this.#quote();
      if (meaning.kind === 'character') json += this.#take(text.charAt(length - 1));
    }
    // A turn that was cut off leaves its JSON open, so that nobody takes it for complete.
    return { length, json: isEnd ? json + this.#endWord(false) : json, isClosed: isEnd };
  }

  #meaningAt(text: string, at: number, isEnd: boolean): Meaning {
    if (text.charAt(at) === '<') {
      if (!isEnd && mayBecome(text, at, this.#marks)) return { kind: 'more', length: 0 };
      const mark = this.#marks.find((one) => text.startsWith(one, at));
      if (mark !== undefined) return this.#meaningOf(mark, text, at + mark.length, isEnd);
    }
    if (!this.#hasEnded) return { kind: 'character', length: 1 };
    const isSpare = /[\s}]/u.test(text.charAt(at));
    return isSpare ? { kind: 'hidden', length: 1 } : { kind: 'end', length: 0 };
  }

  #meaningOf(mark: string, text: string, end: number, isEnd: boolean): Meaning {
    const { length } = mark;
    const isInString = this.#place.in === 'json-string';
    if (mark === gemmaQuote) {
      return { kind: isInString || this.#hasEnded ? 'hidden' : 'quote', length };
    }
    if (!this.#ends.includes(mark)) return { kind: 'hidden', length };
    const isOver = isInString ? endsInString(text, end, this.#ends, isEnd) : 'yes';
    if (isOver === 'more') return { kind: 'more', length: 0 };
    if (isOver === 'no') return { kind: 'hidden', length };
    return { kind: 'end', length: mark === this.#endTag ? length : 0 };
  }

  #quote(): string {
    const before = this.#endWord(false);
    this.#place = this.#place.in === 'text' ? structure : { in: 'text' };
    return `${before}"`;
  }

  #take(character: string): string {
    const place = this.#place;
    if (place.in === 'text') return escapeJson(character);
    if (place.in === 'json-string') {
      if (character === '"' && !place.isEscaped) this.#place = structure;
      else this.#place = { in: 'json-string', isEscaped: character === '\\' && !place.isEscaped };
      return character;
    }
    if (/[{}[\],:]/u.test(character))
      return this.#endWord(character === ':') + this.#nest(character);
    if (place.in === 'word') {
      this.#place = { in: 'word', text: place.text + character };
      return '';
    }
    if (/\s/u.test(character)) return '';
    if (character === '"') {
      this.#place = { in: 'json-string', isEscaped: false };
      return character;
    }
    this.#place = { in: 'word', text: character };
    return '';
  }

  #nest(character: string): string {
    if (character === '{') this.#open = [...this.#open, '}'];
    if (character === '[') this.#open = [...this.#open, ']'];
    if (character === '}' || character === ']') {
      this.#open = this.#open.slice(0, -1);
      this.#hasEnded = this.#open.length === 0;
    }
    return character;
  }

  #endWord(isKey: boolean): string {
    if (this.#place.in !== 'word') return '';
    const word = this.#place.text.trim();
    this.#place = structure;
    const isValue = !isKey && parseJson(word).isJson;
    return isValue ? word : JSON.stringify(word);
  }

  /** Whatever the model left open before it ended the call. */
  #close(): string {
    if (this.#hasEnded) return '';
    const isText = this.#place.in === 'text' || this.#place.in === 'json-string';
    const rest = this.#endWord(false) + (isText ? '"' : '') + this.#open.toReversed().join('');
    this.#hasEnded = true;
    return rest;
  }
}
