import { argumentsSchema, argumentsSchemas, type KeyedTool } from './arguments-schema.ts';
import type { CallOpening, CallSyntax, OpenInput } from './call-syntax.ts';
import type { ChatFormat, ConstrainInput, ReaderInput } from './chat-format.ts';
import { type CallGrammar, constrainCalls, repeatCall } from './constrain-calls.ts';
import { ControlledArguments } from './controlled-arguments.ts';
import { literal } from './gbnf-text.ts';
import { matchHeader, name, space } from './match-header.ts';
import { describeThinking, reasoningStart, thinkTags } from './template-thinking.ts';
import { TurnReader } from './turn-reader.ts';

export const kimiTexts = {
  sectionBegin: '<|tool_calls_section_begin|>',
  sectionEnd: '<|tool_calls_section_end|>',
  callBegin: '<|tool_call_begin|>',
  argumentBegin: '<|tool_call_argument_begin|>',
  callEnd: '<|tool_call_end|>',
} as const;

const controlTexts = Object.values(kimiTexts);
const callId = (called: string, index: number) => `functions.${called}:${index}`;

/** `<|tool_call_begin|>functions.NAME:INDEX<|tool_call_argument_begin|>{…}<|tool_call_end|>` in a section. */
const kimiSyntax: CallSyntax = {
  openers: [kimiTexts.callBegin],
  sections: [kimiTexts.sectionBegin],
  hidden: controlTexts,
  open: openKimiCall,
};

export function createKimiFormat(template: string): ChatFormat {
  const thinking = describeThinking(template, thinkTags);
  return {
    name: 'kimi-k2',
    knowsTools: true,
    thinking,
    controlTexts: [...controlTexts, thinkTags.open, thinkTags.close],
    callId,
    toolPrompt: () => undefined,
    reasoningStart: (prompt) => reasoningStart(prompt, thinkTags, thinking.readsThinking),
    schemas: argumentsSchemas,
    constrain: (input) =>
      constrainCalls(input, thinkTags, (tools, count) => kimiGrammar(input, tools, count)),
    createReader: (input: ReaderInput) => {
      const newCallId = (called: string, index: number) =>
        callId(called, input.callsBefore + index);
      return new TurnReader(kimiSyntax, thinkTags, { ...input, newCallId });
    },
  };
}

function openKimiCall({ text, findTool }: OpenInput): CallOpening {
  const { callBegin, argumentBegin } = kimiTexts;
  const match = matchHeader(text, [callBegin, space, name, space, argumentBegin]);
  if (typeof match === 'string') return match;
  const called = namesIn(match.name).find((candidate) => findTool(candidate) !== undefined);
  if (called === undefined) return 'none';
  return {
    length: match.length,
    name: called,
    body: new ControlledArguments(kimiTexts.callEnd, controlTexts),
  };
}

/** Models write `functions.NAME:0`, and now and then `functionsNAME0`, `NAME:0` or the name alone. */
function namesIn(id: string): readonly string[] {
  const starts = ['functions.', 'functions', ''].filter((start) => id.startsWith(start));
  const ends = [/:\d*$/u, /\d+$/u, /$/u];
  return starts.flatMap((start) => ends.map((end) => id.slice(start.length).replace(end, '')));
}

function kimiGrammar(
  input: ConstrainInput,
  tools: readonly KeyedTool[],
  callsAllowed: number,
): CallGrammar {
  const { sectionBegin, sectionEnd, callBegin, argumentBegin, callEnd } = kimiTexts;
  const grammars = tools.map((keyed) => ({
    head: literal(`${keyed.tool.name}:`),
    grammar: input.schemaGrammar(argumentsSchema(keyed)),
  }));
  const named = grammars.map(
    ({ head, grammar }) =>
      `${head} [0-9] [0-9]? [0-9]? ${literal(argumentBegin)} ${grammar.rootRule}`,
  );
  const call = `${literal(`${callBegin}functions.`)} ( ${named.join(' | ')} ) ${literal(callEnd)}`;
  const calls = repeatCall(callsAllowed);
  return {
    rules: [`call ::= ${call}`, ...grammars.map(({ grammar }) => grammar.gbnf)],
    row: `( ${literal(sectionBegin)} ${calls} ${literal(sectionEnd)} | ${calls} )`,
    triggers: [sectionBegin, callBegin],
  };
}
