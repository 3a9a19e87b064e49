import { isUtf8 } from 'node:buffer';
import { PlatformError } from '../../core/index.ts';

const byteOrderMark = 0xfeff;
const positionInMessage = /position (\d+)/;

/** Strict JSON from bytes; refuses bad UTF-8, too deep nesting and `__proto__` keys. */
export function parseJson(bytes: Buffer, depthMax: number): unknown {
  if (!isUtf8(bytes)) throw invalidJson('The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  const value = parseText(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text);
  checkNesting(value, depthMax);
  return value;
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the body, which may be anything: only the position is kept.
    const position =
      error instanceof Error ? positionInMessage.exec(error.message)?.[1] : undefined;
    const place = position === undefined ? '' : ` (at character ${position})`;
    throw invalidJson(`The body is not valid JSON${place}.`);
  }
}

function checkNesting(value: unknown, levelsLeft: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levelsLeft === 0) throw invalidJson('The body is nested too deeply.');
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object') checkNesting(item, levelsLeft - 1);
    }
    return;
  }
  for (const key in value) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (key === '__proto__') throw invalidJson('The body contains the key __proto__.');
    if (typeof item === 'object') checkNesting(item, levelsLeft - 1);
  }
}

function invalidJson(publicMessage: string): PlatformError {
  return new PlatformError('request/invalid-json', publicMessage);
}
