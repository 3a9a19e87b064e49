import type { GenerationRequest } from '../../generation-request.ts';
import type { TemplateRenderer } from './llama-runtime.ts';
import { probeTemplate } from './probe-template.ts';
import type { SpecialTokenGuard } from './special-token-guard.ts';
import { type TemplateAbilities, toTemplateMessages } from './template-messages.ts';

export interface ChatTemplate {
  readonly renderer: TemplateRenderer;
  readonly bosText: string;
  readonly eosText: string;
}

export type RenderedPrompt =
  | { readonly isRendered: true; readonly pieces: readonly string[] }
  | { readonly isRendered: false; readonly message: string };

const templateMessageLengthMax = 300;

/** Renders requests with a model's chat template. */
export class ChatPrompt {
  readonly #template: ChatTemplate;
  readonly #guard: SpecialTokenGuard;
  readonly abilities: TemplateAbilities;

  constructor(template: ChatTemplate, guard: SpecialTokenGuard) {
    this.#template = template;
    this.#guard = guard;
    this.abilities = probeTemplate((messages) => this.#render(messages, {}));
  }

  render(request: Pick<GenerationRequest, 'messages' | 'templateVariables'>): RenderedPrompt {
    const messages = toTemplateMessages(request.messages, this.abilities);
    try {
      const text = this.#render(
        this.#protect(messages) as readonly object[],
        this.#protect(request.templateVariables) as object,
      );
      return { isRendered: true, pieces: this.#guard.split(text) };
    } catch (error) {
      return { isRendered: false, message: templateMessage(error) };
    }
  }

  #render(messages: readonly object[], variables: object): string {
    return this.#template.renderer.render({
      // Off unless asked for: small models spend their whole answer on thinking.
      enable_thinking: false,
      thinking: false,
      ...variables,
      messages,
      add_generation_prompt: true,
      bos_token: this.#template.bosText,
      eos_token: this.#template.eosText,
      // Templates are written for a renderer that always defines these two.
      tools: null,
      documents: null,
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

/** What the template raised on purpose is for the client; anything else may show the template's source. */
function templateMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const raised = /Jinja Exception: ([^\n]+)/u.exec(text)?.[1];
  if (raised === undefined) return 'it does not accept this order or form of messages';
  return raised.trim().slice(0, templateMessageLengthMax);
}
