export type GbnfNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'class'; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly GbnfNode[] }
  | { readonly kind: 'choice'; readonly options: readonly GbnfNode[] }
  | {
      readonly kind: 'repeat';
      readonly of: GbnfNode;
      readonly least: number;
      readonly most: number;
    };

/** Reads grammar text: one rule a line, classes without negation. Written from the grammar's documentation. */
export function parseGbnf(gbnf: string): Map<string, GbnfNode> {
  const rules = new Map<string, GbnfNode>();
  for (const line of gbnf.split('\n')) {
    if (line === '') continue;
    const [, name, body] = /^([a-zA-Z0-9-]+) ::= (.*)$/.exec(line) ?? [];
    if (name === undefined || body === undefined) throw new Error(`not a rule: ${line}`);
    if (rules.has(name)) throw new Error(`${name} is defined twice`);
    const reader = createReader(body);
    rules.set(name, readChoice(reader));
    if (!reader.isAtEnd()) throw new Error(`unexpected rest of ${name}: ${reader.rest()}`);
  }
  return rules;
}

interface Reader {
  isAtEnd(): boolean;
  rest(): string;
  /** Consumes the text that the expression matches here; undefined when it matches nothing. */
  take(expression: RegExp): string | undefined;
}

function createReader(body: string): Reader {
  let position = 0;
  return {
    isAtEnd: () => position >= body.length,
    rest: () => body.slice(position),
    take(expression) {
      const sticky = new RegExp(expression.source, 'yu');
      sticky.lastIndex = position;
      const match = sticky.exec(body);
      if (match === null) return undefined;
      position = sticky.lastIndex;
      return match[0];
    },
  };
}

function readChoice(reader: Reader): GbnfNode {
  const options = [readSequence(reader)];
  while (reader.take(/ *\| */) !== undefined) options.push(readSequence(reader));
  return { kind: 'choice', options };
}

function readSequence(reader: Reader): GbnfNode {
  const parts: GbnfNode[] = [];
  for (;;) {
    reader.take(/ +/);
    const part = readAtom(reader);
    if (part === undefined) return { kind: 'sequence', parts };
    parts.push(readBounds(reader, part));
  }
}

function readAtom(reader: Reader): GbnfNode | undefined {
  if (reader.take(/\(/) !== undefined) {
    const inner = readChoice(reader);
    if (reader.take(/ *\)/) === undefined) throw new Error(`unclosed group: ${reader.rest()}`);
    return inner;
  }
  const literal = reader.take(/"(?:[^"\\]|\\.)*"/);
  if (literal !== undefined) {
    const codes = [...readCharacters(literal.slice(1, -1))].map(([code]) => code);
    return { kind: 'text', text: String.fromCodePoint(...codes) };
  }
  const group = reader.take(/\[(?:[^\]\\]|\\.)+\]/);
  if (group !== undefined) return { kind: 'class', ranges: readRanges(group.slice(1, -1)) };
  const name = reader.take(/[a-zA-Z0-9-]+/);
  return name === undefined ? undefined : { kind: 'rule', name };
}

function readBounds(reader: Reader, of: GbnfNode): GbnfNode {
  const sign = reader.take(/[?*+]/);
  if (sign !== undefined) {
    return { kind: 'repeat', of, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
  }
  const bounds = reader.take(/\{\d+(?:,\d*)?\}/);
  if (bounds === undefined) return of;
  const [least = '', most] = bounds.slice(1, -1).split(',');
  const last = most === undefined ? least : most;
  return {
    kind: 'repeat',
    of,
    least: Number(least),
    most: last === '' ? Infinity : Number(last),
  };
}

function readRanges(source: string): [number, number][] {
  if (source.startsWith('^')) throw new Error('negated classes are not read');
  const ranges: [number, number][] = [];
  let isRange = false;
  for (const [code, isEscaped] of readCharacters(source)) {
    const last = ranges.at(-1);
    if (isRange && last !== undefined) {
      last[1] = code;
      isRange = false;
    } else if (code === 0x2d && !isEscaped) isRange = true;
    else ranges.push([code, code]);
  }
  return ranges;
}

/** Code points, each with whether it was escaped. */
function* readCharacters(source: string): Generator<[number, boolean]> {
  const codes = /\\(?:x(..)|u(....)|U(........)|(.))|(.)/gsu;
  for (const [, byte, short, long, escaped, plain] of source.matchAll(codes)) {
    const hex = byte ?? short ?? long;
    if (hex !== undefined) yield [Number.parseInt(hex, 16), true];
    else if (escaped !== undefined) yield [unescaped(escaped).codePointAt(0) ?? 0, true];
    else yield [plain?.codePointAt(0) ?? 0, false];
  }
}

function unescaped(character: string): string {
  const known = new Map([
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
    ...[...'\\"[]-'].map((each) => [each, each] as const),
  ]);
  const value = known.get(character);
  if (value === undefined) throw new Error(`unknown escape \\${character}`);
  return value;
}
