/** Follows JSON text character by character, so far as to know what is inside a string and what is not. */
export class JsonDepth {
  /** Open braces and brackets. */
  depth: number;
  isInString = false;
  #isEscaped = false;

  constructor(depth = 0) {
    this.depth = depth;
  }

  next(character: string): void {
    if (this.isInString) {
      this.#nextInString(character);
      return;
    }
    if (character === '"') this.isInString = true;
    else if (character === '{' || character === '[') this.depth += 1;
    else if (character === '}' || character === ']') this.depth -= 1;
  }

  #nextInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === '\\') this.#isEscaped = true;
    else if (character === '"') this.isInString = false;
  }
}

/** Looks for the end of an object in a text that grows, without reading anything twice. */
export class ObjectScan {
  readonly #json = new JsonDepth();
  #at: number | undefined;

  /** Where the object that begins at `start` ends; undefined: not yet. Always the same start. */
  end(text: string, start: number): number | undefined {
    let at = this.#at ?? start;
    while (at < text.length && (at === start || this.#json.depth > 0)) {
      this.#json.next(text.charAt(at));
      at += 1;
    }
    this.#at = at;
    return at > start && this.#json.depth === 0 ? at : undefined;
  }
}

export type ParsedJson =
  | { readonly isJson: true; readonly value: unknown }
  | { readonly isJson: false };

export function parseJson(text: string): ParsedJson {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false };
  }
}

/** Text as it stands inside a JSON string. */
export function escapeJson(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON does not allow.
  return text.replace(/["\\\u0000-\u001f]/gu, (one) => JSON.stringify(one).slice(1, -1));
}
