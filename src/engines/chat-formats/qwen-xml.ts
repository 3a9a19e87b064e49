import { argumentsSchema, type KeyedTool, keyTools } from './arguments-schema.ts';
import type { CallOpening, CallSyntax, OpenInput } from './call-syntax.ts';
import type {
  ChatFormat,
  ConstrainInput,
  KeyedSchema,
  ReaderInput,
  ToolDefinition,
} from './chat-format.ts';
import { type CallGrammar, constrainCalls, repeatCall } from './constrain-calls.ts';
import { literal, textWithout } from './gbnf-text.ts';
import {
  hermesSyntax,
  jsonCallHead,
  jsonCallRule,
  tagTexts,
  toolCallEndTag,
  toolCallTag,
} from './hermes-json.ts';
import { matchOneHeader, name, space } from './match-header.ts';
import { describeThinking, reasoningStart, thinkTags } from './template-thinking.ts';
import { TurnReader } from './turn-reader.ts';
import { XmlCallBody } from './xml-call-body.ts';
import { parameterSchema, type XmlParameter, xmlParameters } from './xml-parameter.ts';

const functionTag = '<function=';

/** `<tool_call><function=NAME><parameter=KEY>value</parameter></function></tool_call>`. */
const qwenSyntax: CallSyntax = {
  ...hermesSyntax,
  openers: [toolCallTag, functionTag],
  open: openQwenCall,
};

/** Qwen3-Coder, Qwen3.5, Nemotron 3. */
export function createQwenXmlFormat(template: string): ChatFormat {
  const thinking = describeThinking(template, thinkTags);
  return {
    name: 'qwen-xml',
    knowsTools: true,
    thinking,
    controlTexts: tagTexts,
    callId: undefined,
    toolPrompt: () => undefined,
    reasoningStart: (prompt) => reasoningStart(prompt, thinkTags, thinking.readsThinking),
    schemas: (tools) => keyTools(tools).flatMap((keyed) => schemasOf(keyed)),
    constrain: (input) =>
      constrainCalls(input, thinkTags, (tools, count) => qwenGrammar(input, tools, count)),
    createReader: (input: ReaderInput) => new TurnReader(qwenSyntax, thinkTags, input),
  };
}

/** The first `<tool_call>` is missing now and then, and other models of the family write JSON. */
function openQwenCall(input: OpenInput): CallOpening {
  const head = [functionTag, space, name, space, '>'];
  const { match } = matchOneHeader(input.text, [head, [toolCallTag, space, ...head]]);
  if (match === 'more') return 'more';
  if (match === 'none') return hermesSyntax.open(input);
  const tool = input.findTool(match.name);
  if (tool === undefined) return 'none';
  return { length: match.length, name: match.name, body: new XmlCallBody(tool) };
}

function schemasOf({ key, tool }: KeyedTool): readonly KeyedSchema[] {
  const parameters = xmlParameters(tool);
  if (parameters === undefined) return [argumentsSchema({ key, tool })];
  return parameters.flatMap((parameter, index) =>
    parameter.form === 'text' ? [] : [parameterSchema(parameterRule(key, index), tool, parameter)],
  );
}

function parameterRule(key: string, index: number): string {
  return `${key}-parameter${index}`;
}

function qwenGrammar(
  input: ConstrainInput,
  tools: readonly KeyedTool[],
  callsAllowed: number,
): CallGrammar {
  const calls = tools.map((keyed) => ({ ...callRules(input, keyed), name: keyed.tool.name }));
  const end = `"\\n"? ${literal(toolCallEndTag)}`;
  const ofHeads = (some: readonly CallRules[]) => `( ${some.map(({ head }) => head).join(' | ')} )`;
  const untagged = calls.filter(({ isXml }) => isXml);
  const isUntaggedAllowed = input.choice === 'auto' && untagged.length > 0;
  return {
    rules: [
      `call ::= ${literal(toolCallTag)} "\\n"? ${ofHeads(calls)} ${end}`,
      `first-call ::= call${isUntaggedAllowed ? ` | ${ofHeads(untagged)} ${end}` : ''}`,
      ...calls.flatMap(({ rules }) => rules),
      ...textWithout('parameter-text', ['</parameter>', '</function>']),
    ],
    row: rowOf(callsAllowed),
    triggers: [toolCallTag, ...untagged.map(({ name: called }) => `${functionTag}${called}>`)],
  };
}

function rowOf(callsAllowed: number): string {
  if (callsAllowed === 1) return 'first-call';
  return `first-call ( "\\n"? ${repeatCall(callsAllowed - 1, '"\\n"?')} )?`;
}

interface Rules {
  readonly head: string;
  readonly rules: readonly string[];
}

interface CallRules extends Rules {
  /** Known as a call also without the tag around it. */
  readonly isXml: boolean;
}

/** Parameters in their declared order; a schema that is more than that is written as JSON. */
function callRules(input: ConstrainInput, keyed: KeyedTool): CallRules {
  const parameters = xmlParameters(keyed.tool);
  if (parameters === undefined) {
    const rules = jsonCallRule(input, keyed, 'arguments');
    return { head: `${jsonCallHead} ${keyed.key}`, rules, isXml: false };
  }
  const rules = parameters.map((parameter, index) => {
    const rule = parameterRule(keyed.key, index);
    return parameterRules(input, keyed.tool, parameter, rule);
  });
  const row = rules.map(({ head }) => head).join(' ');
  const open = literal(`${functionTag}${keyed.tool.name}>\n`);
  return {
    head: keyed.key,
    isXml: true,
    rules: [
      `${keyed.key} ::= ${open} ${row} ${literal('</function>')}`,
      ...rules.flatMap((rule) => rule.rules),
    ],
  };
}

function parameterRules(
  input: ConstrainInput,
  tool: ToolDefinition,
  parameter: XmlParameter,
  rule: string,
): Rules {
  const value = valueRules(input, tool, parameter, rule);
  const open = literal(`<parameter=${parameter.name}>\n`);
  const text = `${rule} ::= ${open} ${value.head} ${literal('\n</parameter>\n')}`;
  return { head: parameter.isRequired ? rule : `${rule}?`, rules: [text, ...value.rules] };
}

function valueRules(
  input: ConstrainInput,
  tool: ToolDefinition,
  parameter: XmlParameter,
  rule: string,
): Rules {
  if (parameter.choices !== undefined) {
    return { head: `( ${parameter.choices.map(literal).join(' | ')} )`, rules: [] };
  }
  if (parameter.form === 'text') return { head: 'parameter-text', rules: [] };
  const { gbnf, rootRule } = input.schemaGrammar(parameterSchema(rule, tool, parameter));
  return { head: rootRule, rules: [gbnf] };
}
