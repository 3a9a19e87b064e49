/** One part of the fixed beginning of a call. */
export type HeaderPart =
  | string
  /** White space that may be there. Never the last part: it could not tell when it is complete. */
  | { readonly part: 'space' }
  /** The name of the function, or an id that contains it. */
  | { readonly part: 'name' }
  | { readonly part: 'either'; readonly texts: readonly string[] };

export type HeaderMatch =
  /** The text could still become a header. */
  'more' | 'none' | { readonly length: number; readonly name: string };

export const space: HeaderPart = { part: 'space' };
export const name: HeaderPart = { part: 'name' };

const spacePattern = /\s{0,64}/uy;
const namePattern = /[\w.:$-]{0,160}/uy;

/** Matches the beginning of a text that may be incomplete. */
export function matchHeader(text: string, parts: readonly HeaderPart[]): HeaderMatch {
  let at = 0;
  let found = '';
  for (const part of parts) {
    const length = partLength(text, at, part);
    if (typeof length === 'string') return length;
    if (typeof part === 'object' && part.part === 'name') found = text.slice(at, at + length);
    at += length;
  }
  return { length: at, name: found };
}

/** The first of several headers that matches. */
export function matchOneHeader(
  text: string,
  headers: readonly (readonly HeaderPart[])[],
): { readonly match: HeaderMatch; readonly index: number } {
  let isOpen = false;
  for (const [index, parts] of headers.entries()) {
    const match = matchHeader(text, parts);
    if (typeof match === 'object') return { match, index };
    if (match === 'more') isOpen = true;
  }
  return { match: isOpen ? 'more' : 'none', index: -1 };
}

function partLength(text: string, at: number, part: HeaderPart): number | 'more' | 'none' {
  if (typeof part === 'string') return literalLength(text, at, [part]);
  if (part.part === 'either') return literalLength(text, at, part.texts);
  if (part.part === 'space') return runLength(spacePattern, text, at);
  const length = runLength(namePattern, text, at);
  if (at + length === text.length) return 'more';
  return length === 0 ? 'none' : length;
}

function literalLength(text: string, at: number, literals: readonly string[]) {
  const whole = literals.find((literal) => text.startsWith(literal, at));
  if (whole !== undefined) return whole.length;
  const rest = text.slice(at);
  return literals.some((literal) => literal.startsWith(rest)) ? 'more' : 'none';
}

function runLength(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
