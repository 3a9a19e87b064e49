import { argumentsSchema, argumentsSchemas, type KeyedTool } from './arguments-schema.ts';
import type { CallOpening, CallSyntax, OpenInput } from './call-syntax.ts';
import type { ChatFormat, ConstrainInput, ReaderInput } from './chat-format.ts';
import { type CallGrammar, constrainCalls, repeatCall } from './constrain-calls.ts';
import { literal } from './gbnf-text.ts';
import { JsonCallBody } from './json-call-body.ts';
import { callOf, openJsonCall } from './json-call-header.ts';
import { matchOneHeader, name, space } from './match-header.ts';
import { describeThinking, reasoningStart, thinkTags } from './template-thinking.ts';
import { TurnReader } from './turn-reader.ts';

export const toolCallTag = '<tool_call>';
export const toolCallEndTag = '</tool_call>';
/** Added tokens, which some model files mark as control tokens. */
export const tagTexts = [toolCallTag, toolCallEndTag, thinkTags.open, thinkTags.close] as const;

const options = { closeTag: toolCallEndTag, nextTag: toolCallTag };

/** `<tool_call>{"name": …, "arguments": …}</tool_call>`: Qwen 2.5 and 3, Hermes, SmolLM3, Granite 4. */
export const hermesSyntax: CallSyntax = {
  openers: [toolCallTag],
  sections: [],
  hidden: [],
  open: openTagged,
  openBare,
};

export function createHermesFormat(template: string): ChatFormat {
  const thinking = describeThinking(template, thinkTags);
  return {
    name: 'hermes-json',
    knowsTools: true,
    thinking,
    controlTexts: tagTexts,
    callId: undefined,
    toolPrompt: () => undefined,
    reasoningStart: (prompt) => reasoningStart(prompt, thinkTags, thinking.readsThinking),
    schemas: argumentsSchemas,
    constrain: (input) =>
      constrainCalls(input, thinkTags, (tools, count) => hermesGrammar(input, tools, count)),
    createReader: (input: ReaderInput) => new TurnReader(hermesSyntax, thinkTags, input),
  };
}

function openTagged(input: OpenInput): CallOpening {
  return openJsonCall(input, [toolCallTag, space], options);
}

/** Coder models answer with the bare object, or in a code fence: a call only if it is all they say. */
function openBare({ text, isEnd, isFirst, scan, findTool }: OpenInput): CallOpening {
  if (!isFirst) return 'none';
  const head = ['{', space, '"name"', space, ':', space, '"', name, '"'];
  const fences = ['```json', '```'].map((fence) => [fence, space, ...head]);
  const { match } = matchOneHeader(text, [head, ...fences]);
  if (typeof match === 'string') return match;
  if (findTool(match.name) === undefined) return 'none';
  const start = text.indexOf('{');
  const end = scan.end(text, start);
  if (end === undefined) return isEnd ? 'none' : 'more';
  const rest = text.slice(end).trim();
  const closing = start === 0 ? '' : '```';
  if (!closing.startsWith(rest)) return 'none';
  if (!isEnd) return 'more';
  const call = callOf(text.slice(start, end));
  if (call === undefined || rest !== closing) return 'none';
  const body = new JsonCallBody({ ready: call.json });
  return { length: text.length, name: call.name, body };
}

/** `{"name": "n", "arguments": …}` with the key that the family gives to the arguments. */
export function jsonCallRule(
  input: ConstrainInput,
  { key, tool }: KeyedTool,
  argumentsKey: string,
): readonly string[] {
  const { gbnf, rootRule } = input.schemaGrammar(argumentsSchema({ key, tool }));
  const head = `${literal(`${JSON.stringify(tool.name)},`)} " "? ${literal(`"${argumentsKey}":`)}`;
  return [`${key} ::= ${head} " "? ${rootRule} "}"`, gbnf];
}

export const jsonCallHead = `"{" " "? ${literal('"name":')} " "?`;

function hermesGrammar(
  input: ConstrainInput,
  tools: readonly KeyedTool[],
  callsAllowed: number,
): CallGrammar {
  const names = tools.map(({ key }) => key).join(' | ');
  const call = `${literal(toolCallTag)} "\\n"? ${jsonCallHead} ( ${names} ) "\\n"? ${literal(toolCallEndTag)}`;
  return {
    rules: [`call ::= ${call}`, ...tools.flatMap((tool) => jsonCallRule(input, tool, 'arguments'))],
    row: repeatCall(callsAllowed, '"\\n"?'),
    triggers: [toolCallTag],
  };
}
