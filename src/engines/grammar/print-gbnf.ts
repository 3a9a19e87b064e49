import type { CharacterRange, Expression } from './gbnf-expression.ts';

/** The text of a rule's right side. A repetition prints right only over a rule, one character or a class. */
export function printGbnf(expression: Expression): string {
  switch (expression.kind) {
    case 'text':
      return `"${[...expression.text].map(printLiteralCharacter).join('')}"`;
    case 'characters':
      return `[${expression.ranges.map(printRange).join('')}]`;
    case 'rule':
      return expression.name;
    case 'sequence':
      // An empty literal, because nothing at all is easily lost in a list of options.
      if (expression.parts.length === 0) return '""';
      return expression.parts.map(printPart).join(' ');
    case 'choice':
      return expression.options.map(printGbnf).join(' | ');
    case 'repetition':
      return printPart(expression.of) + printBounds(expression.least, expression.most);
  }
}

function printPart(part: Expression): string {
  return part.kind === 'choice' || part.kind === 'sequence'
    ? `(${printGbnf(part)})`
    : printGbnf(part);
}

function printBounds(least: number, most: number): string {
  if (least === 0 && most === 1) return '?';
  if (most === Number.POSITIVE_INFINITY) {
    if (least === 0) return '*';
    return least === 1 ? '+' : `{${least},}`;
  }
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

function printLiteralCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return printPlainOrCode(character.codePointAt(0) ?? 0);
}

function printRange([first, last]: CharacterRange): string {
  const from = printClassCharacter(first);
  return first === last ? from : `${from}-${printClassCharacter(last)}`;
}

/** Characters that mean something between brackets; a caret only at the start, but it costs nothing. */
const classSpecials = new Set(['"', '\\', '[', ']', '-', '^']);

function printClassCharacter(codePoint: number): string {
  const isSpecial = classSpecials.has(String.fromCodePoint(codePoint));
  return isSpecial ? printCode(codePoint) : printPlainOrCode(codePoint);
}

function printPlainOrCode(codePoint: number): string {
  const isPlain = codePoint >= 0x20 && codePoint <= 0x7e;
  return isPlain ? String.fromCodePoint(codePoint) : printCode(codePoint);
}

function printCode(codePoint: number): string {
  const code = codePoint.toString(16).toUpperCase();
  if (codePoint <= 0xff) return `\\x${code.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}
