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

/** Where the object that begins at `start` ends; undefined: not yet. */
export function endOfObject(text: string, start: number): number | undefined {
  const json = new JsonDepth();
  for (let at = start; at < text.length; at += 1) {
    json.next(text.charAt(at));
    if (json.depth === 0) return at + 1;
  }
  return undefined;
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
