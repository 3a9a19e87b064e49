const escapes: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': String.raw`\\`,
  ']': String.raw`\]`,
  '[': String.raw`\[`,
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

/** A character class; `-` and `^` at harmless places. */
function characterClass(characters: readonly string[], isNegated: boolean): string {
  const inside = [...characters].map((one) =>
    one === '-' || one === '^' ? String.raw`\x${one.charCodeAt(0).toString(16)}` : escaped(one),
  );
  return `[${isNegated ? '^' : ''}${inside.join('')}]`;
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
      ([target, characters]) => `${characterClass(characters, false)} ${ruleOf(target)}`,
    );
    const others = `${characterClass(alphabet, true)} ${name}`;
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
