import type { CallOpening, OpenInput } from './call-syntax.ts';
import { JsonCallBody, type JsonCallOptions } from './json-call-body.ts';
import { parseJson } from './json-depth.ts';
import { type HeaderPart, matchHeader, matchOneHeader, name, space } from './match-header.ts';

const quotedName = ['"', name, '"', space];
const head = ['{', space, '"name"', space, ':', space, ...quotedName];
const typedHead = ['{', space, '"type"', space, ':', space, '"function"', space, ',', space];
const argumentsKey: readonly HeaderPart[] = [
  ',',
  space,
  { part: 'either', texts: ['"arguments"', '"parameters"'] },
  space,
  ':',
];

/** `{"name": …, "arguments":` as models are taught to write it, and without arguments. */
const headers: readonly (readonly HeaderPart[])[] = [
  head,
  [...typedHead, ...head.slice(2)],
].flatMap((start) => [
  [...start, ...argumentsKey],
  [...start, '}'],
]);

/** Opens a call that is one JSON object after `prefix`. */
export function openJsonCall(
  input: OpenInput,
  prefix: readonly HeaderPart[],
  options: JsonCallOptions,
): CallOpening {
  const { text, findTool } = input;
  const { match, index } = matchOneHeader(
    text,
    headers.map((parts) => [...prefix, ...parts]),
  );
  if (match === 'more') return 'more';
  // Without an opener a whole JSON answer would wait for its end.
  if (match === 'none') return prefix.length === 0 ? 'none' : openUnusual(input, prefix, options);
  if (findTool(match.name) === undefined) return 'none';
  const hasArguments = index % 2 === 0;
  const body = new JsonCallBody(hasArguments ? options : { ...options, ready: '{}' });
  return { length: match.length, name: match.name, body };
}

/** Other orders of the keys, and keys of other dialects: known only when the object is complete. */
function openUnusual(
  { text, isEnd, scan, findTool }: OpenInput,
  prefix: readonly HeaderPart[],
  options: JsonCallOptions,
): CallOpening {
  const match = matchHeader(text, [...prefix, '{']);
  if (typeof match === 'string') return match;
  const start = match.length - 1;
  const end = scan.end(text, start);
  if (end === undefined) return isEnd ? 'none' : 'more';
  const call = callOf(text.slice(start, end));
  if (call === undefined || findTool(call.name) === undefined) return 'none';
  const body = new JsonCallBody({ ...options, ready: call.json });
  return { length: end, name: call.name, body };
}

export interface JsonCall {
  readonly name: string;
  /** JSON text of the arguments. */
  readonly json: string;
}

/** The call that a complete JSON object describes. */
export function callOf(text: string): JsonCall | undefined {
  const parsed = parseJson(text);
  if (!parsed.isJson || !isRecord(parsed.value)) return undefined;
  const outer = parsed.value;
  const call = isRecord(outer.function) ? outer.function : outer;
  const { name: called, arguments: written = call.parameters } = call;
  if (typeof called !== 'string') return undefined;
  if (typeof written === 'string') return { name: called, json: written.trim() };
  return { name: called, json: JSON.stringify(written ?? {}) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
