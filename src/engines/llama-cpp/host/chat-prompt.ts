import type {
  ChatFormat,
  ToolDefinition as FormatTool,
  ReasoningStart,
} from '../../chat-formats/index.ts';
import type { GenerationRequest, ReasoningChoice } from '../../generation-request.ts';
import { toFormatTools } from '../format-tools.ts';
import type { TemplateRenderer } from './llama-internals.ts';
import { probeTemplate } from './probe-template.ts';
import type { SpecialTokenGuard } from './special-token-guard.ts';
import {
  type TemplateAbilities,
  type TemplateMessage,
  toTemplateMessages,
} from './template-messages.ts';
import { numberCalls, withToolPrompt } from './tool-history.ts';

export interface ChatTemplate {
  readonly renderer: TemplateRenderer;
  readonly bosText: string;
  readonly eosText: string;
}

export type RenderedPrompt =
  | {
      readonly isRendered: true;
      readonly pieces: readonly string[];
      readonly reasoningStart: ReasoningStart;
    }
  | { readonly isRendered: false; readonly message: string };

/** The parts of a request that a prompt is made of. */
export type PromptRequest = Pick<
  GenerationRequest,
  'messages' | 'templateVariables' | 'tools' | 'toolChoice' | 'reasoning' | 'continuesLastMessage'
>;

const templateMessageLengthMax = 300;

/** Renders requests with a model's chat template. */
export class ChatPrompt {
  readonly #template: ChatTemplate;
  readonly #guard: SpecialTokenGuard;
  readonly #format: ChatFormat;
  readonly abilities: TemplateAbilities;

  constructor(template: ChatTemplate, guard: SpecialTokenGuard, format: ChatFormat) {
    this.#template = template;
    this.#guard = guard;
    this.#format = format;
    this.abilities = {
      ...probeTemplate((messages) => this.#render(messages, {})),
      reasoningKey: format.thinking.historyKey,
    };
  }

  render(request: PromptRequest): RenderedPrompt {
    const format = this.#format;
    const numbered =
      format.callId === undefined ? request.messages : numberCalls(request.messages, format.callId);
    const messages = toTemplateMessages(withToolPrompt(numbered, request, format), this.abilities);
    const safe = this.#protect(messages) as readonly TemplateMessage[];
    const variables = {
      ...reasoningVariables(request.reasoning),
      ...(this.#protect(request.templateVariables) as object),
      ...(format.knowsTools ? this.#toolVariables(request) : {}),
    };
    try {
      const text =
        request.continuesLastMessage === true
          ? this.#renderOpen(safe, variables)
          : this.#render(safe, variables);
      if (text === undefined) return { isRendered: false, message: cannotContinue };
      const pieces = this.#guard.split(text);
      const reasoningStart = format.reasoningStart(pieces.join(''));
      return { isRendered: true, pieces, reasoningStart };
    } catch (error) {
      return { isRendered: false, message: templateMessage(error) };
    }
  }

  /** The prompt up to where the last message ends, without what the template writes behind it. */
  #renderOpen(messages: readonly TemplateMessage[], variables: object): string | undefined {
    const end = this.#guard.mark;
    const last = messages.at(-1);
    if (last === undefined) return undefined;
    const open = { ...last, content: appended(last.content, `${end}${end}`) };
    const text = this.#render([...messages.slice(0, -1), open], {
      ...variables,
      add_generation_prompt: false,
    });
    const index = text.lastIndexOf(`${end}${end}`);
    return index < 0 ? undefined : text.slice(0, index);
  }

  #toolVariables({ tools = [], toolChoice }: PromptRequest): object {
    if (tools.length === 0 || toolChoice?.type === 'none') return {};
    return { tools: toFormatTools(tools).map((tool) => this.#toolForTemplate(tool)) };
  }

  #toolForTemplate({ name, description, parameters }: FormatTool): object {
    return {
      type: 'function',
      function: {
        name: this.#guard.protect(name),
        ...(description === undefined ? {} : { description: this.#guard.protect(description) }),
        parameters: this.#protectSchema(parameters ?? { type: 'object', properties: {} }),
      },
    };
  }

  /** Templates look into schemas, so plain words, which are no control tokens, stay as they are. */
  #protectSchema(value: unknown): unknown {
    if (typeof value === 'string') return isPlainWord(value) ? value : this.#guard.protect(value);
    if (Array.isArray(value)) return value.map((item) => this.#protectSchema(item));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [
      isPlainWord(key) ? key : this.#guard.protect(key),
      this.#protectSchema(item),
    ]);
    return Object.fromEntries(entries);
  }

  #render(messages: readonly object[], variables: object): string {
    return this.#template.renderer.render({
      // Templates are written for a renderer that always defines these two.
      tools: null,
      documents: null,
      ...reasoningVariables(undefined),
      add_generation_prompt: true,
      ...variables,
      messages,
      bos_token: this.#template.bosText,
      eos_token: this.#template.eosText,
    });
  }

  /** Strings are text of users: content, names, arguments. Keys are ours, except inside arguments. */
  #protect(value: unknown, isUserData = false): unknown {
    if (typeof value === 'string') return this.#guard.protect(value);
    if (Array.isArray(value)) return value.map((item) => this.#protect(item, isUserData));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => {
      if (isUserData) return [this.#guard.protect(key), this.#protect(item, true)];
      if (key === 'role' || key === 'type') return [key, item];
      return [key, this.#protect(item, key === 'arguments')];
    });
    return Object.fromEntries(entries);
  }
}

const cannotContinue = 'it cannot leave the last message open to be continued';

/** Off unless asked for: small models spend their whole answer on thinking. */
function reasoningVariables(reasoning: ReasoningChoice | undefined): object {
  const isEnabled = reasoning?.isEnabled ?? false;
  return {
    enable_thinking: isEnabled,
    thinking: isEnabled,
    ...(reasoning?.effort === undefined ? {} : { reasoning_effort: reasoning.effort }),
  };
}

function isPlainWord(text: string): boolean {
  return /^[\w$-]*$/u.test(text);
}

function appended(content: unknown, end: string): unknown {
  if (!Array.isArray(content)) return `${String(content)}${end}`;
  return content.map((part) => ({ ...part, text: `${part.text}${end}` }));
}

/** What the template raised on purpose is for the client; anything else may show the template's source. */
function templateMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const raised = /Jinja Exception: ([^\n]+)/u.exec(text)?.[1];
  if (raised === undefined) return 'it does not accept this order or form of messages';
  return raised.trim().slice(0, templateMessageLengthMax);
}
