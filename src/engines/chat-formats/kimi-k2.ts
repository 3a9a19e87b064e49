import { argumentsSchema, argumentsSchemas, type KeyedTool } from './arguments-schema.ts';
import {
  type BodyStep,
  type CallBody,
  type CallOpening,
  type CallSyntax,
  mayBecome,
  type OpenInput,
} from './call-syntax.ts';
import type { ChatFormat, ConstrainInput, ReaderInput } from './chat-format.ts';
import { type CallGrammar, constrainCalls, repeatCall } from './constrain-calls.ts';
import { endSpaceLength } from './find-marker.ts';
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
  return { length: match.length, name: called, body: new KimiArguments() };
}

/** Models write `functions.NAME:0`, and now and then `functionsNAME0`, `NAME:0` or the name alone. */
function namesIn(id: string): readonly string[] {
  const starts = ['functions.', 'functions', ''].filter((start) => id.startsWith(start));
  const ends = [/:\d*$/u, /\d+$/u, /$/u];
  return starts.flatMap((start) => ends.map((end) => id.slice(start.length).replace(end, '')));
}

/** The text up to a control token, without the white space at its two ends. */
class KimiArguments implements CallBody {
  #hasBegun = false;

  read(text: string, isEnd: boolean): BodyStep {
    const start = this.#hasBegun ? 0 : text.length - text.trimStart().length;
    const stop = firstStop(text, isEnd);
    const end = stop.index - endSpaceLength(text.slice(start, stop.index));
    if (!stop.isFound && !isEnd) {
      this.#hasBegun ||= end > start;
      const length = Math.max(start, end);
      return { length, json: text.slice(start, length), isClosed: false };
    }
    const isOwnEnd = text.startsWith(kimiTexts.callEnd, stop.index);
    const length = stop.index + (isOwnEnd ? kimiTexts.callEnd.length : 0);
    return { length, json: text.slice(start, Math.max(start, end)), isClosed: true };
  }
}

/** The first control text, or where the end of the text could become one. */
function firstStop(text: string, isEnd: boolean): { index: number; isFound: boolean } {
  for (let index = text.indexOf('<|'); index >= 0; index = text.indexOf('<|', index + 1)) {
    if (controlTexts.some((control) => text.startsWith(control, index))) {
      return { index, isFound: true };
    }
    if (!isEnd && mayBecome(text, index, controlTexts)) return { index, isFound: false };
  }
  const isHeld = !isEnd && text.endsWith('<');
  return { index: text.length - (isHeld ? 1 : 0), isFound: false };
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
