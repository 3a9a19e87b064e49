import { randomInt } from 'node:crypto';

/**
 * Keeps text of users from becoming control tokens such as `<|im_start|>`, with which a user could forge
 * turns of others.
 *
 * The rendered prompt is one string, so where text came from is lost by the time it is tokenised.
 * Replacing each message by a placeholder would keep it, but templates trim, split and compare what they
 * are given, and models need the tokens that this makes. So only what is dangerous is changed: a mark is
 * put inside each control token found in users' text, and at an edge that could become one together with
 * its neighbour. The rendered prompt is cut at the marks and the pieces are tokenised one by one, which
 * gives the same characters and no control token but the template's.
 */
export class SpecialTokenGuard {
  readonly #specials: ReadonlySet<string>;
  /** All proper beginnings, ends and inner parts of control tokens: sets keep hostile text linear. */
  readonly #beginnings: ReadonlySet<string>;
  readonly #ends: ReadonlySet<string>;
  readonly #parts: ReadonlySet<string>;
  readonly #lengthMax: number;
  /** Digits survive everything that templates do to text: trim, change of case, JSON. */
  readonly mark = randomDigits();

  constructor(controlTokens: readonly string[]) {
    const specials = controlTokens.filter((special) => special !== '');
    this.#specials = new Set(specials);
    this.#beginnings = new Set(specials.flatMap((one) => lengths(one).map((n) => one.slice(0, n))));
    this.#ends = new Set(specials.flatMap((one) => lengths(one).map((n) => one.slice(-n))));
    this.#parts = new Set(specials.flatMap(innerParts));
    this.#lengthMax = Math.max(0, ...specials.map((special) => special.length));
  }

  /** Marks the text of a user so that no part of it can become a control token. */
  protect(text: string): string {
    const inside = this.#breakSpecials(text);
    const core = inside.trim();
    if (core === '') return inside;
    const start = inside.indexOf(core);
    const before = this.#mayEndSpecial(core) ? this.mark : '';
    const after = this.#mayBeginSpecial(core) ? this.mark : '';
    return `${inside.slice(0, start)}${before}${core}${after}${inside.slice(start + core.length)}`;
  }

  /** The rendered prompt in pieces, without the marks. */
  split(rendered: string): readonly string[] {
    return rendered.split(this.mark).filter((piece) => piece !== '');
  }

  #breakSpecials(text: string): string {
    const parts: string[] = [];
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      if (!this.#isSpecialAt(text, index)) continue;
      parts.push(text.slice(start, index + 1));
      start = index + 1;
    }
    return parts.length === 0 ? text : [...parts, text.slice(start)].join(this.mark);
  }

  #isSpecialAt(text: string, index: number): boolean {
    for (let length = 1; length <= this.#lengthMax; length += 1) {
      const candidate = text.slice(index, index + length);
      if (this.#specials.has(candidate)) return true;
      if (candidate.length < length || !this.#beginnings.has(candidate)) return false;
    }
    return false;
  }

  /** Could template text to the left and the beginning of `text` (or all of it) make a control token? */
  #mayEndSpecial(text: string): boolean {
    if (this.#parts.has(text)) return true;
    return this.#edge(text).some((length) => this.#ends.has(text.slice(0, length)));
  }

  #mayBeginSpecial(text: string): boolean {
    return this.#edge(text).some((length) => this.#beginnings.has(text.slice(-length)));
  }

  /** Lengths of the parts at an edge of the text, all of a short one included. */
  #edge(text: string): number[] {
    const longest = Math.min(text.length, this.#lengthMax - 1);
    return Array.from({ length: Math.max(0, longest) }, (_, index) => index + 1);
  }
}

/** 1 … n - 1: the lengths of the proper parts of a text of n characters. */
function lengths(text: string): number[] {
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, index) => index + 1);
}

function innerParts(special: string): string[] {
  return lengths(special).flatMap((start) =>
    lengths(special.slice(start)).map((length) => special.slice(start, start + length)),
  );
}

function randomDigits(): string {
  return Array.from({ length: 24 }, () => String(randomInt(10))).join('');
}
