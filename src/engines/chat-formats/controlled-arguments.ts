import { type BodyStep, type CallBody, mayBecome } from './call-syntax.ts';
import { JsonDepth } from './json-depth.ts';

/**
 * Does a control token inside a string end the call? A grammar lets a model write one there and go on;
 * then it is left out. Before the end of the turn, or another one, it ends a string that is broken.
 */
export function endsInString(
  text: string,
  end: number,
  controlTexts: readonly string[],
  isEnd: boolean,
): 'yes' | 'no' | 'more' {
  const rest = text.slice(end).trimStart();
  if (controlTexts.some((one) => rest.startsWith(one))) return 'yes';
  if (isEnd) return rest === '' ? 'yes' : 'no';
  return rest === '' || mayBecome(rest, 0, controlTexts) ? 'more' : 'no';
}

/** JSON text up to a control token, as it was written, without the white space at its two ends. */
export class ControlledArguments implements CallBody {
  readonly #endText: string;
  readonly #controlTexts: readonly string[];
  readonly #json = new JsonDepth();
  #hasBegun = false;
  /** White space that leaves only if something follows it. */
  #space = '';

  constructor(endText: string, controlTexts: readonly string[]) {
    this.#endText = endText;
    this.#controlTexts = controlTexts;
  }

  read(text: string, isEnd: boolean): BodyStep {
    let json = '';
    let length = 0;
    while (length < text.length) {
      const control = this.#controlAt(text, length, isEnd);
      if (control === 'more') return { length, json, isClosed: false };
      if (control === undefined) {
        json += this.#take(text.charAt(length));
        length += 1;
        continue;
      }
      const end = length + control.length;
      const isOver = this.#json.isInString
        ? endsInString(text, end, this.#controlTexts, isEnd)
        : 'yes';
      if (isOver === 'more') return { length, json, isClosed: false };
      if (isOver === 'yes') {
        return { length: control === this.#endText ? end : length, json, isClosed: true };
      }
      length = end;
    }
    return { length, json, isClosed: isEnd };
  }

  #controlAt(text: string, at: number, isEnd: boolean): string | 'more' | undefined {
    if (text.charAt(at) !== '<') return undefined;
    if (!isEnd && mayBecome(text, at, this.#controlTexts)) return 'more';
    return this.#controlTexts.find((one) => text.startsWith(one, at));
  }

  #take(character: string): string {
    this.#json.next(character);
    if (!this.#json.isInString && /\s/u.test(character)) {
      if (this.#hasBegun) this.#space += character;
      return '';
    }
    const json = this.#space + character;
    this.#space = '';
    this.#hasBegun = true;
    return json;
  }
}
