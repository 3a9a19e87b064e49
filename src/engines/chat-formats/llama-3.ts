import { argumentsSchemas, type KeyedTool } from './arguments-schema.ts';
import type { CallSyntax, OpenInput } from './call-syntax.ts';
import type { ChatFormat, ConstrainInput, ReaderInput } from './chat-format.ts';
import { type CallGrammar, constrainCalls } from './constrain-calls.ts';
import { literal } from './gbnf-text.ts';
import { jsonCallRule } from './hermes-json.ts';
import { openJsonCall } from './json-call-header.ts';
import { space } from './match-header.ts';
import { describeThinking, reasoningStart, thinkTags } from './template-thinking.ts';
import { TurnReader } from './turn-reader.ts';

const pythonTag = '<|python_tag|>';
const options = { nextTag: pythonTag, isControl: true };

/** `{"name": …, "parameters": …}` as the beginning of the turn. */
const llamaSyntax: CallSyntax = {
  openers: [pythonTag],
  sections: [],
  hidden: [pythonTag],
  open: (input) => openJsonCall(input, [pythonTag, space], options),
  openBare: (input: OpenInput) => openJsonCall(input, [], options),
};

export function createLlamaFormat(template: string): ChatFormat {
  const thinking = describeThinking(template, thinkTags);
  return {
    name: 'llama-3',
    knowsTools: true,
    thinking,
    controlTexts: [pythonTag, thinkTags.open, thinkTags.close],
    callId: undefined,
    toolPrompt: () => undefined,
    reasoningStart: (prompt) => reasoningStart(prompt, thinkTags, thinking.readsThinking),
    schemas: argumentsSchemas,
    constrain: (input) => constrainCalls(input, thinkTags, (tools) => llamaGrammar(input, tools)),
    createReader: (input: ReaderInput) => new TurnReader(llamaSyntax, thinkTags, input),
  };
}

/** One call only: the template refuses a history in which a turn has two. */
function llamaGrammar(input: ConstrainInput, tools: readonly KeyedTool[]): CallGrammar {
  const names = tools.map(({ key }) => key).join(' | ');
  const type = `( ${literal('"type":')} " "? ${literal('"function",')} " "? )?`;
  const head = `"{" " "? ${type} ${literal('"name":')} " "?`;
  return {
    rules: [
      `call ::= ${literal(pythonTag)}? ${head} ( ${names} )`,
      ...tools.flatMap((tool) => jsonCallRule(input, tool, 'parameters')),
    ],
    row: 'call',
    triggers: [pythonTag],
    startTriggers: ['{"name"', '{ "name"', '{"type": "function"', '{"type":"function"'],
  };
}
