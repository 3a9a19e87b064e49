const escapes: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** A GBNF terminal for a text. */
export function literal(text: string): string {
  return `"${[...text].map(escaped).join('')}"`;
}

function escaped(character: string): string {
  const known = escapes[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 32 && code !== 127) return character;
  return String.raw`\x${code.toString(16).padStart(2, '0')}`;
}

function characterClass(characters: readonly string[]): string {
  return `[${characters.map((one) => codePoint(one.codePointAt(0) ?? 0)).join('')}]`;
}

/** Text has no control characters but these, and no halves of surrogate pairs. */
const textRanges = [
  [0x09, 0x0a],
  [0x0d, 0x0d],
  [0x20, 0x7e],
  [0xa0, 0xd7ff],
  [0xe000, 0x10ffff],
] as const;

/** Every character of a text but these. */
function otherCharacters(characters: readonly string[]): string {
  const excluded = characters.map((one) => one.codePointAt(0) ?? 0).sort((a, b) => a - b);
  const ranges = textRanges.flatMap(([first, last]) => {
    const inside = excluded.filter((code) => first <= code && code <= last);
    const starts = [first, ...inside.map((code) => code + 1)];
    const ends = [...inside.map((code) => code - 1), last];
    return starts.map((start, index) => [start, ends[index] ?? last] as const);
  });
  const written = ranges
    .filter(([first, last]) => first <= last)
    .map(([first, last]) => `${codePoint(first)}-${codePoint(last)}`);
  return `[${written.join('')}]`;
}

function codePoint(code: number): string {
  return String.raw`\U${code.toString(16).padStart(8, '0')}`;
}

/**
 * Rules for every text that contains none of the words; the first rule is `name`. The rules are the states
 * of the automaton that looks for the words: how much of a word the text ends with.
 */
export function textWithout(name: string, words: readonly string[]): readonly string[] {
  const prefixes = [...new Set(words.flatMap(properPrefixes))];
  const alphabet = [...new Set(words.flatMap((word) => [...word]))];
  const ruleOf = (prefix: string) => {
    const index = prefixes.indexOf(prefix);
    return index === 0 ? name : `${name}-${index}`;
  };
  return prefixes.map((prefix) => {
    const targets = new Map<string, string[]>();
    for (const character of alphabet) {
      const seen = prefix + character;
      if (words.some((word) => seen.endsWith(word))) continue;
      const target = longestEnd(seen, prefixes);
      targets.set(target, [...(targets.get(target) ?? []), character]);
    }
    const steps = [...targets].map(
      ([target, characters]) => `${characterClass(characters)} ${ruleOf(target)}`,
    );
    const others = `${otherCharacters(alphabet)} ${name}`;
    return `${ruleOf(prefix)} ::= ( ${[others, ...steps].join(' | ')} )?`;
  });
}

function properPrefixes(word: string): string[] {
  return Array.from({ length: word.length }, (_, length) => word.slice(0, length));
}

function longestEnd(text: string, prefixes: readonly string[]): string {
  for (let start = 0; start < text.length; start += 1) {
    if (prefixes.includes(text.slice(start))) return text.slice(start);
  }
  return '';
}
