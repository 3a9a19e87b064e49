import { invariant } from '../../core/index.ts';
import { type KeyedTool, keyTools } from './arguments-schema.ts';
import type { ConstrainInput, Constraint } from './chat-format.ts';
import { literal, textWithout } from './gbnf-text.ts';
import type { ReasoningTags } from './template-thinking.ts';

/** The grammar of a family: expressions in GBNF, and the rules that they use. */
export interface CallGrammar {
  /** Rules, among them `call`. */
  readonly rules: readonly string[];
  /** A turn's calls, from the first trigger to the last character. */
  readonly row: string;
  readonly triggers: readonly string[];
  readonly startTriggers?: readonly string[];
}

/** Calls in one turn. A weak model in a repetition would never stop by itself. */
const callsMax = 32;

/** Puts the grammar of a family under the choice and the reasoning of a request. */
export function constrainCalls(
  input: ConstrainInput,
  tags: ReasoningTags,
  createGrammar: (tools: readonly KeyedTool[], callsAllowed: number) => CallGrammar,
): Constraint | undefined {
  const { tools, choice, parallel } = input;
  if (choice === 'none' || tools.length === 0) return undefined;
  const isNamed = typeof choice === 'object';
  const allowed = keyTools(tools).filter(({ tool }) => !isNamed || tool.name === choice.name);
  invariant(allowed.length > 0, 'a named tool choice names a declared tool');
  const grammar = createGrammar(allowed, parallel && !isNamed ? callsMax : 1);
  if (choice === 'auto') {
    return {
      kind: 'lazy-grammar',
      gbnf: [`root ::= ${grammar.row}`, ...grammar.rules].join('\n'),
      triggers: grammar.triggers,
      startTriggers: grammar.startTriggers ?? [],
    };
  }
  const reasoning = reasoningRules(input, tags, grammar.triggers);
  const root = `root ::= ${reasoning.expression} ${grammar.row}`;
  return { kind: 'grammar', gbnf: [root, ...grammar.rules, ...reasoning.rules].join('\n') };
}

/** `call` up to `callsAllowed` times. */
export function repeatCall(callsAllowed: number, separator = ''): string {
  if (callsAllowed === 1) return 'call';
  return `call ( ${separator} call ){0,${callsAllowed - 1}}`;
}

/** The reasoning that a forced call has to wait for. */
function reasoningRules(
  { reasoningStart }: ConstrainInput,
  tags: ReasoningTags,
  triggers: readonly string[],
): { readonly expression: string; readonly rules: readonly string[] } {
  if (reasoningStart === 'closed') return { expression: '', rules: [] };
  const rules = textWithout('thought', [tags.open, tags.close, ...triggers]);
  const rest = `thought ${literal(tags.close)} "\\n"? "\\n"?`;
  if (reasoningStart === 'inside') return { expression: rest, rules };
  return { expression: `( ${literal(tags.open)} ${rest} )?`, rules };
}
