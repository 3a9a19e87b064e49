import { type BodyStep, type CallBody, mayBecome } from './call-syntax.ts';
import { endsInString } from './controlled-arguments.ts';
import { escapeJson, parseJson } from './json-depth.ts';

/** Stands for the quotation mark around strings. */
export const gemmaQuote = '<|"|>';

/** What the text at one place is. */
type Place =
  | { readonly in: 'structure' }
  /** Between two of the family's quotation marks; its text is not escaped. */
  | { readonly in: 'text' }
  /** Between two JSON quotation marks; leaves as it is. */
  | { readonly in: 'json-string'; readonly isEscaped: boolean }
  /** A key without quotation marks, or a number, true, false or null. */
  | { readonly in: 'word'; readonly text: string };

const structure: Place = { in: 'structure' };

/** Turns the family's own notation into JSON as it comes. JSON is taken too. */
export class GemmaArguments implements CallBody {
  readonly #marks: readonly string[];
  readonly #endTag: string;
  #place: Place = structure;
  /** The open braces and brackets, each as its closing counterpart. */
  #open: readonly string[] = [];
  #hasEnded = false;

  constructor(endTag: string, nextTag: string) {
    this.#endTag = endTag;
    this.#marks = [endTag, nextTag, gemmaQuote];
  }

  read(text: string, isEnd: boolean): BodyStep {
    let length = 0;
    let json = '';
    while (length < text.length) {
      const mark = this.#markAt(text, length, isEnd);
      if (mark === 'more') return { length, json, isClosed: false };
      const inside = this.#markInString(text, length, mark, isEnd);
      if (inside === 'more') return { length, json, isClosed: false };
      if (mark !== undefined && (mark === gemmaQuote || inside === 'no')) {
        json += inside === 'no' ? '' : this.#quote();
        length += mark.length;
        continue;
      }
      const isOver = this.#hasEnded && !/[\s}]/u.test(text.charAt(length));
      if (mark !== undefined || isOver) {
        length += mark === this.#endTag ? mark.length : 0;
        return { length, json: json + this.#close(), isClosed: true };
      }
      json += this.#hasEnded ? '' : this.#take(text.charAt(length));
      length += 1;
    }
    // A turn that was cut off leaves its JSON open, so that nobody takes it for complete.
    return { length, json: isEnd ? json + this.#endWord(false) : json, isClosed: isEnd };
  }

  #markAt(text: string, at: number, isEnd: boolean): string | undefined {
    if (text.charAt(at) !== '<') return undefined;
    if (!isEnd && mayBecome(text, at, this.#marks)) return 'more';
    return this.#marks.find((mark) => text.startsWith(mark, at));
  }

  /** Does a mark inside a JSON string end it? */
  #markInString(text: string, at: number, mark: string | undefined, isEnd: boolean) {
    if (mark === undefined || this.#place.in !== 'json-string') return 'yes';
    if (mark === gemmaQuote) return 'no';
    return endsInString(text, at + mark.length, this.#marks, isEnd);
  }

  #quote(): string {
    if (this.#hasEnded) return '';
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
