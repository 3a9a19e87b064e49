import { PlatformError } from '../../core/index.ts';
import { literal, textWithout } from '../chat-formats/gbnf-text.ts';
import type { ChatFormat, Constraint, KeyedSchema, ReasoningStart } from '../chat-formats/index.ts';
import type { GenerationRequest, ToolDefinition } from '../generation-request.ts';
import type { GrammarCompiler } from '../grammar/index.ts';
import { toFormatChoice, toFormatTools } from './format-tools.ts';
import { renameRoot } from './rename-root.ts';

interface Rules {
  readonly gbnf: string;
  readonly rootRule: string;
}

/** The grammars of a request's schemas, before it is known where the answer begins. */
export interface CompiledOutput {
  readonly tools: readonly ToolDefinition[];
  /** Public paths of schema keywords that the grammars do not guarantee. */
  readonly relaxed: readonly string[];
  readonly schemaGrammars: ReadonlyMap<string, Rules>;
  readonly answer: Rules | undefined;
}

/** Of all schemas of a request together: the engine reads the whole grammar between two steps. */
const grammarCharactersMax = 1024 * 1024;
const answerPrefix = 'answer-';

/** Of the families whose reasoning is marked by tags; a format names its own among its control texts. */
const reasoningTags = [
  { open: '<think>', close: '</think>' },
  { open: '<|channel>thought', close: '<channel|>' },
] as const;

/** The tools that the model may call: none under the choice `none`. */
export function callableTools({ tools = [], toolChoice }: GenerationRequest) {
  return toolChoice?.type === 'none' ? [] : tools;
}

/** Compiles the schemas of a request. Throws PlatformError `request/invalid` naming the keyword that cannot be honoured. */
export async function compileOutput(
  request: GenerationRequest,
  format: ChatFormat,
  compiler: GrammarCompiler,
): Promise<CompiledOutput> {
  const tools = callableTools(request);
  const compilation = new SchemaCompilation(compiler);
  const answer = await compilation.compileAnswer(request);
  const schemaGrammars = new Map<string, Rules>();
  // One after the other: the compiler's queue is for all requests.
  for (const schema of format.schemas(toFormatTools(tools))) {
    schemaGrammars.set(schema.key, await compilation.compileTool(schema, tools));
  }
  return { tools, relaxed: compilation.relaxed, schemaGrammars, answer };
}

/** What the output must obey; undefined when anything goes. */
export function planOutput(
  compiled: CompiledOutput,
  request: GenerationRequest,
  format: ChatFormat,
  reasoningStart: ReasoningStart,
): Constraint | undefined {
  const { tools, answer, schemaGrammars } = compiled;
  const calls = format.constrain({
    tools: toFormatTools(tools),
    choice: toFormatChoice(request.toolChoice),
    parallel: request.allowsParallelToolCalls ?? true,
    reasoningStart,
    schemaGrammar: ({ key }) => {
      const grammar = schemaGrammars.get(key);
      if (grammar === undefined) throw new Error(`no grammar was compiled for ${key}`);
      return grammar;
    },
  });
  if (answer === undefined || calls?.kind === 'grammar') return calls;
  const answers = [answer.rootRule, ...(calls === undefined ? [] : ['calls'])].join(' | ');
  const rules = [answer.gbnf, calls === undefined ? '' : renameRoot(calls.gbnf, 'calls')];
  return afterReasoning(`( ${answers} )`, rules, format, thoughtBefore(request, reasoningStart));
}

type Thought = 'open' | 'possible' | 'none';

function thoughtBefore({ reasoning }: GenerationRequest, start: ReasoningStart): Thought {
  if (start === 'inside') return 'open';
  return start === 'free' && reasoning?.isEnabled === true ? 'possible' : 'none';
}

/** An answer in a format comes after the reasoning, which knows no format. */
function afterReasoning(
  answers: string,
  rules: readonly string[],
  format: ChatFormat,
  thought: Thought,
): Constraint {
  const grammar = (root: string, more: readonly string[] = []) =>
    [`root ::= ${root}`, ...rules, ...more].filter((rule) => rule !== '').join('\n');
  const tags = reasoningTags.find(({ close }) => format.controlTexts.includes(close));
  if (tags === undefined || thought === 'none') return { kind: 'grammar', gbnf: grammar(answers) };
  const closed = `${literal(tags.close)} "\\n"? "\\n"? ${answers}`;
  if (thought === 'open') {
    return {
      kind: 'lazy-grammar',
      gbnf: grammar(closed),
      triggers: [tags.close],
      startTriggers: [],
    };
  }
  const root = `${answers} | ${literal(tags.open)} thought ${closed}`;
  const gbnf = grammar(root, textWithout('thought', [tags.open, tags.close]));
  return { kind: 'grammar', gbnf };
}

class SchemaCompilation {
  readonly #compiler: GrammarCompiler;
  readonly relaxed: string[] = [];
  #characters = 0;

  constructor(compiler: GrammarCompiler) {
    this.#compiler = compiler;
  }

  async compileAnswer({ responseFormat }: GenerationRequest): Promise<Rules | undefined> {
    if (responseFormat === undefined) return undefined;
    const isObject = responseFormat.type === 'json-object';
    return await this.#compile(
      isObject ? { type: 'object' } : responseFormat.schema,
      isObject ? false : responseFormat.isStrict,
      answerPrefix,
      'response_format.json_schema.schema',
    );
  }

  /** Keys of schemas begin with the place of their tool. */
  async compileTool(
    { key, schema }: KeyedSchema,
    tools: readonly ToolDefinition[],
  ): Promise<Rules> {
    const index = Number(/^tool(\d+)/u.exec(key)?.[1]);
    const isStrict = tools[index]?.isStrict ?? false;
    return await this.#compile(schema, isStrict, `${key}-`, `tools[${index}].function.parameters`);
  }

  async #compile(
    schema: unknown,
    isStrict: boolean,
    rulePrefix: string,
    param: string,
  ): Promise<Rules> {
    const result = await this.#compiler.compile({ schema, isStrict, rulePrefix });
    const at = (path: string) => (path === '' ? param : `${param}.${path}`);
    if (result.kind === 'refused') {
      throw new PlatformError('request/invalid', result.message, { param: at(result.path) });
    }
    this.relaxed.push(...result.relaxed.map(at));
    this.#characters += result.gbnf.length;
    if (this.#characters > grammarCharactersMax) {
      const message =
        'The schemas of this request are too large together. Send fewer or simpler tools.';
      throw new PlatformError('request/invalid', message, { param: 'tools' });
    }
    return result;
  }
}
