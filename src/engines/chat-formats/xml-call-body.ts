import { type BodyStep, type CallBody, mayBecome } from './call-syntax.ts';
import type { ToolDefinition } from './chat-format.ts';
import { escapeJson, JsonDepth } from './json-depth.ts';
import { parameterForm, type ValueForm, valueToJson } from './xml-parameter.ts';

const parameterTag = '<parameter=';
const parameterEndTag = '</parameter>';
const functionTag = '<function=';
const functionEndTag = '</function>';
const callTag = '<tool_call>';
const callEndTag = '</tool_call>';
const betweenMarks = [parameterTag, functionEndTag, callEndTag, callTag, functionTag];
/** What follows the end of a value. Anything else shows that the tag is part of the value. */
const afterParameter = [parameterTag, functionEndTag, callEndTag];
const keyLengthMax = 256;

interface OpenValue {
  readonly form: ValueForm;
  readonly written: string;
  readonly hasBegun: boolean;
}

interface Step extends BodyStep {
  /** The rest cannot be read before more text has come. */
  readonly isStuck: boolean;
}

/** Turns `<parameter=k>\nvalue\n</parameter>…</function></tool_call>` into JSON as it comes. */
export class XmlCallBody implements CallBody {
  readonly #tool: ToolDefinition;
  #count = 0;
  #value: OpenValue | undefined;
  #isFunctionEnded = false;

  constructor(tool: ToolDefinition) {
    this.#tool = tool;
  }

  read(text: string, isEnd: boolean): BodyStep {
    let length = 0;
    let json = '';
    for (;;) {
      const rest = text.slice(length);
      const step = this.#step(rest, isEnd);
      length += step.length;
      json += step.json;
      if (step.isClosed || step.isStuck) return { length, json, isClosed: step.isClosed };
    }
  }

  #step(text: string, isEnd: boolean): Step {
    if (this.#value !== undefined) return this.#readValue(text, this.#value, isEnd);
    const start = text.length - text.trimStart().length;
    if (this.#isFunctionEnded) return readCallEnd(text, start, isEnd);
    const rest = text.slice(start);
    if (rest === '') return this.#wait(start, isEnd);
    if (rest.startsWith(parameterTag)) return this.#readKey(text, start, isEnd);
    if (rest.startsWith(functionEndTag)) {
      this.#isFunctionEnded = true;
      return taken(start + functionEndTag.length, this.#closeObject());
    }
    if (rest.startsWith(callEndTag)) {
      return closed(start + callEndTag.length, this.#closeObject());
    }
    if (rest.startsWith(callTag) || rest.startsWith(functionTag)) {
      return closed(start, this.#closeObject());
    }
    if (!isEnd && mayBecome(rest, 0, betweenMarks)) return stuck(start);
    return taken(start + 1);
  }

  /** All values are complete, so the object is, wherever the turn was cut off. */
  #wait(length: number, isEnd: boolean): Step {
    return isEnd ? closed(length, this.#closeObject()) : stuck(length);
  }

  #readKey(text: string, start: number, isEnd: boolean): Step {
    const keyStart = start + parameterTag.length;
    const keyEnd = text.indexOf('>', keyStart);
    if (keyEnd < 0) {
      if (!isEnd && text.length - keyStart <= keyLengthMax) return stuck(start);
      return isEnd ? closed(text.length, this.#closeObject()) : taken(keyStart);
    }
    const key = text
      .slice(keyStart, keyEnd)
      .trim()
      .replace(/^"(.*)"$/u, '$1');
    const form = parameterForm(this.#tool, key);
    this.#value = { form, written: '', hasBegun: false };
    const comma = this.#count === 0 ? '{' : ',';
    this.#count += 1;
    const quote = form === 'text' ? '"' : '';
    return taken(keyEnd + 1, `${comma}${JSON.stringify(key)}:${quote}`);
  }

  #readValue(text: string, value: OpenValue, isEnd: boolean): Step {
    const start = value.hasBegun ? 0 : lineBreakLength(text);
    if (!value.hasBegun && !isEnd && (text === '' || text === '\r')) return stuck(0);
    this.#value = { ...value, hasBegun: true };
    const isInside = (at: number) => isInsideJson(value, text.slice(start, at));
    const end = endOfValue(text, start, isEnd, isInside);
    if (end.isOpen && !isEnd) {
      const part = text.slice(start, end.index);
      const json = this.#takePart(part, value);
      return { ...stuck(end.index), json };
    }
    const json = this.#takePart(text.slice(start, end.index), value);
    if (end.isOpen) return closed(text.length, json);
    const rest = this.#endValue();
    return taken(end.nextIndex, json + rest);
  }

  /** Only text can leave before its end; what it is shows at once. */
  #takePart(part: string, { form, written }: OpenValue): string {
    if (form === 'text') return escapeJson(part);
    this.#value = { form, written: written + part, hasBegun: true };
    return '';
  }

  #endValue(): string {
    const value = this.#value;
    this.#value = undefined;
    if (value === undefined || value.form === 'text') return '"';
    return valueToJson(value.written, value.form);
  }

  #closeObject(): string {
    return this.#count === 0 ? '{}' : '}';
  }
}

function readCallEnd(text: string, start: number, isEnd: boolean): Step {
  if (text.startsWith(callEndTag, start)) return closed(start + callEndTag.length, '');
  const isOpen = start === text.length || mayBecome(text, start, [callEndTag]);
  return isOpen && !isEnd ? stuck(start) : closed(start, '');
}

interface ValueEnd {
  /** The value, or what may leave of it, ends here. */
  readonly index: number;
  readonly nextIndex: number;
  readonly isOpen: boolean;
}

/** The end of the value: a closing tag that is followed by what can follow it. */
function endOfValue(
  text: string,
  start: number,
  isEnd: boolean,
  isInside: (at: number) => boolean,
): ValueEnd {
  for (let at = text.indexOf('</', start); at >= 0; at = text.indexOf('</', at + 1)) {
    const end = endTagAt(text, at, isEnd);
    if (end === 'more') return openEnd(text, start, at);
    if (end === 'none' || isInside(at)) continue;
    return { index: at - lastLineBreakLength(text, start, at), nextIndex: end, isOpen: false };
  }
  if (isEnd) return { index: text.length, nextIndex: text.length, isOpen: true };
  return openEnd(text, start, text.endsWith('<') ? text.length - 1 : text.length);
}

/** A tag on the line of a JSON string that is still open is part of the string. */
function isInsideJson({ form, written }: OpenValue, part: string): boolean {
  const value = (written + part).trimStart();
  if (form === 'text' || value.endsWith('\n') || !/^["{[]/u.test(value)) return false;
  const json = new JsonDepth();
  for (const character of value) json.next(character);
  return json.isInString;
}

/** Where reading goes on after the end tag at `at`. */
function endTagAt(text: string, at: number, isEnd: boolean): number | 'more' | 'none' {
  if (!isEnd && mayBecome(text, at, [parameterEndTag, functionEndTag])) return 'more';
  const isParameter = text.startsWith(parameterEndTag, at);
  if (!isParameter && !text.startsWith(functionEndTag, at)) return 'none';
  const tagEnd = at + (isParameter ? parameterEndTag : functionEndTag).length;
  const followers = isParameter ? afterParameter : [callEndTag];
  const rest = text.slice(tagEnd).trimStart();
  const isOver = rest === '' && isEnd;
  const isFollowed = isOver || followers.some((follower) => rest.startsWith(follower));
  if (isFollowed) return isParameter ? tagEnd : at;
  return !isEnd && (rest === '' || mayBecome(rest, 0, followers)) ? 'more' : 'none';
}

/** The line break before a closing tag belongs to the tag, so one at the end must wait. */
function openEnd(text: string, start: number, end: number): ValueEnd {
  const index = end - lastLineBreakLength(text, start, end);
  return { index, nextIndex: index, isOpen: true };
}

function lineBreakLength(text: string): number {
  return /^\r?\n/u.exec(text)?.[0].length ?? 0;
}

function lastLineBreakLength(text: string, start: number, end: number): number {
  return /\r?\n?$/u.exec(text.slice(start, end).slice(-2))?.[0].length ?? 0;
}

function taken(length: number, json = ''): Step {
  return { length, json, isClosed: false, isStuck: false };
}

function stuck(length: number): Step {
  return { length, json: '', isClosed: false, isStuck: true };
}

function closed(length: number, json: string): Step {
  return { length, json, isClosed: true, isStuck: false };
}
