import { type BodyStep, type CallBody, mayBecome } from './call-syntax.ts';
import { JsonDepth, parseJson } from './json-depth.ts';

export interface JsonCallOptions {
  /** Ends the call, also where JSON is broken. */
  readonly closeTag?: string;
  /** Begins the next call, also where the end of this one is missing. */
  readonly nextTag?: string;
  /** The tags are control tokens, which are left out of strings. */
  readonly isControl?: boolean;
  /** The whole object has been read; these are its arguments. */
  readonly ready?: string;
}

/** Braces that are one too many, and what separates calls. */
const junk = /[\s};]/u;

/**
 * Reads `VALUE}` and the end tag: what follows `"arguments":` of a call that is one JSON object. The value
 * leaves as it was written, broken or not.
 */
export class JsonCallBody implements CallBody {
  readonly #closeTag: string | undefined;
  readonly #marks: readonly string[];
  readonly #isControl: boolean;
  #state: 'begin' | 'stream' | 'gather' | 'rest' | 'after';
  #ready: string;
  #gathered = '';
  #hasMoreKeys = false;
  /** Starts inside the object of the call. */
  readonly #json = new JsonDepth(1);

  constructor({ closeTag, nextTag, isControl = false, ready }: JsonCallOptions = {}) {
    this.#closeTag = closeTag;
    this.#isControl = isControl;
    this.#marks = [closeTag, nextTag].filter((mark) => mark !== undefined);
    this.#ready = ready ?? '';
    this.#state = ready === undefined ? 'begin' : 'after';
  }

  read(text: string, isEnd: boolean): BodyStep {
    let length = 0;
    let json = this.#ready;
    this.#ready = '';
    while (length < text.length && this.#state !== 'after') {
      const stop = this.#markAt(text, length, isEnd);
      if (stop === 'more') return { length, json, isClosed: false };
      if (stop === 'mark') {
        json += this.#endValue();
        break;
      }
      if (typeof stop === 'number') {
        length += stop;
        continue;
      }
      const step = this.#take(text.charAt(length));
      json += step.json;
      length += step.isTaken ? 1 : 0;
    }
    if (isEnd && this.#state !== 'after') json += this.#endValue();
    if (this.#state !== 'after') return { length, json, isClosed: false };
    const end = this.#readEnd(text, length, isEnd);
    return { length: end.length, json, isClosed: end.isClosed };
  }

  /** A tag ends the value where JSON cannot contain it. A number: so many characters are left out. */
  #markAt(text: string, at: number, isEnd: boolean): 'mark' | 'more' | 'none' | number {
    if (text.charAt(at) !== '<') return 'none';
    const mark = this.#marks.find((one) => text.startsWith(one, at));
    if (mark === undefined) return !isEnd && mayBecome(text, at, this.#marks) ? 'more' : 'none';
    if (!this.#json.isInString) return 'mark';
    if (this.#isControl) return mark.length;
    // A string may speak of the tags. Only the end of the turn shows that its end was forgotten.
    if (mark !== this.#closeTag || text.slice(at + mark.length).trim() !== '') return 'none';
    return isEnd ? 'mark' : 'more';
  }

  #take(character: string): { readonly json: string; readonly isTaken: boolean } {
    const none = { json: '', isTaken: true };
    if (this.#state === 'begin') {
      if (/\s/u.test(character)) return none;
      this.#state = character === '{' || character === '[' ? 'stream' : 'gather';
    }
    if (this.#state === 'rest') return this.#takeRest(character);
    const isEndOfValue =
      this.#json.depth === 1 && !this.#json.isInString && /[,}\]]/u.test(character);
    if (isEndOfValue) return { json: this.#endValue('rest'), isTaken: false };
    this.#json.next(character);
    if (this.#state === 'gather') {
      this.#gathered += character;
      return none;
    }
    if (this.#json.depth === 1) this.#state = 'rest';
    return { json: character, isTaken: true };
  }

  /** Other keys of the object may follow; anything else does not belong to it. */
  #takeRest(character: string): { readonly json: string; readonly isTaken: boolean } {
    const isInside = this.#json.depth > 1 || this.#json.isInString || /[\s,"}]/u.test(character);
    if (!isInside && !this.#hasMoreKeys) {
      this.#state = 'after';
      return { json: '', isTaken: false };
    }
    if (character === ',') this.#hasMoreKeys = true;
    this.#json.next(character);
    if (this.#json.depth === 0) this.#state = 'after';
    return { json: '', isTaken: true };
  }

  #endValue(next: 'rest' | 'after' = 'after'): string {
    this.#state = next;
    const written = this.#gathered.trim();
    this.#gathered = '';
    if (written === 'null') return '';
    const parsed = parseJson(written);
    // Some models write the arguments as a string that holds the JSON text.
    return parsed.isJson && typeof parsed.value === 'string' ? parsed.value.trim() : written;
  }

  #readEnd(text: string, from: number, isEnd: boolean) {
    let length = from;
    while (length < text.length && junk.test(text.charAt(length))) length += 1;
    const tag = this.#closeTag;
    if (tag !== undefined && text.startsWith(tag, length)) {
      return { length: length + tag.length, isClosed: true };
    }
    if (isEnd) return { length, isClosed: true };
    const isOpen = length === text.length || (tag !== undefined && mayBecome(text, length, [tag]));
    return { length, isClosed: !isOpen };
  }
}
