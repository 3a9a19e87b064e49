import { argumentsSchema, argumentsSchemas, type KeyedTool } from './arguments-schema.ts';
import type { CallOpening, CallSyntax, OpenInput } from './call-syntax.ts';
import type { ChatFormat, ConstrainInput, ReaderInput } from './chat-format.ts';
import { type CallGrammar, constrainCalls, repeatCall } from './constrain-calls.ts';
import { literal } from './gbnf-text.ts';
import { GemmaArguments, gemmaQuote } from './gemma-arguments.ts';
import { matchHeader, name, space } from './match-header.ts';
import { describeThinking, type ReasoningTags, reasoningStart } from './template-thinking.ts';
import { TurnReader } from './turn-reader.ts';

const callTag = '<|tool_call>';
const callEndTag = '<tool_call|>';
const channelTag = '<|channel>';
const gemmaTags: ReasoningTags = {
  open: `${channelTag}thought`,
  close: '<channel|>',
  isControl: true,
};
const controlTexts = [callTag, callEndTag, channelTag, gemmaTags.close, gemmaQuote];

/** `<|tool_call>call:NAME{key:<|"|>text<|"|>,other:1}<tool_call|>`: Gemma 4. */
const gemmaSyntax: CallSyntax = {
  openers: [callTag],
  sections: [],
  hidden: controlTexts,
  open: openGemmaCall,
};

export function createGemmaFormat(template: string): ChatFormat {
  const thinking = describeThinking(template, gemmaTags);
  return {
    name: 'gemma',
    knowsTools: true,
    thinking,
    controlTexts,
    callId: undefined,
    toolPrompt: () => undefined,
    reasoningStart: (prompt) => reasoningStart(prompt, gemmaTags, thinking.readsThinking),
    schemas: argumentsSchemas,
    constrain: (input) =>
      constrainCalls(input, gemmaTags, (tools, count) => gemmaGrammar(input, tools, count)),
    createReader: (input: ReaderInput) => new TurnReader(gemmaSyntax, gemmaTags, input),
  };
}

function openGemmaCall({ text, findTool }: OpenInput): CallOpening {
  const match = matchHeader(text, [callTag, space, 'call:', space, name, space, '{']);
  if (typeof match === 'string') return match;
  if (findTool(match.name) === undefined) return 'none';
  const body = new GemmaArguments({ endTag: callEndTag, nextTag: callTag, controlTexts });
  return { length: match.length - 1, name: match.name, body };
}

/** Constrained arguments are JSON, which the reader takes too: only so can they follow the schema. */
function gemmaGrammar(
  input: ConstrainInput,
  tools: readonly KeyedTool[],
  callsAllowed: number,
): CallGrammar {
  const grammars = tools.map((keyed) => ({
    head: literal(keyed.tool.name),
    grammar: input.schemaGrammar(argumentsSchema(keyed)),
  }));
  const named = grammars.map(({ head, grammar }) => `${head} ${grammar.rootRule}`).join(' | ');
  const call = `${literal(`${callTag}call:`)} ( ${named} ) ${literal(callEndTag)}`;
  return {
    rules: [`call ::= ${call}`, ...grammars.map(({ grammar }) => grammar.gbnf)],
    row: repeatCall(callsAllowed),
    triggers: [callTag],
  };
}
