import type { GenerationRequest } from '../../generation-request.ts';
import type { HostMessage, Refusal } from '../host-protocol.ts';
import type { ChatPrompt } from './chat-prompt.ts';
import type { PromptTokenizer } from './prompt-tokenizer.ts';

interface Waiting {
  readonly id: number;
  readonly request: GenerationRequest;
}

/** Renders and tokenises one prompt after the other, so that a long one stays in pieces. */
export class PrepareQueue {
  readonly #prompt: ChatPrompt;
  readonly #tokenizer: PromptTokenizer;
  readonly #waitingMax: number;
  readonly #send: (message: HostMessage) => void;
  #waiting: Waiting[] = [];
  #isWorking = false;

  constructor(
    prompt: ChatPrompt,
    tokenizer: PromptTokenizer,
    waitingMax: number,
    send: (message: HostMessage) => void,
  ) {
    this.#prompt = prompt;
    this.#tokenizer = tokenizer;
    this.#waitingMax = waitingMax;
    this.#send = send;
  }

  submit(id: number, request: GenerationRequest): void {
    if (this.#waiting.length >= this.#waitingMax) {
      this.#refuse(id, { reason: 'overloaded' });
      return;
    }
    this.#waiting.push({ id, request });
    if (!this.#isWorking) void this.#work();
  }

  cancel(id: number): void {
    this.#waiting = this.#waiting.filter((one) => one.id !== id);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#prepare(next);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.#refuse(next.id, { reason: 'internal', message });
      }
    }
    this.#isWorking = false;
  }

  async #prepare({ id, request }: Waiting): Promise<void> {
    const rendered = this.#prompt.render(request);
    if (!rendered.isRendered) {
      this.#refuse(id, { reason: 'template', message: rendered.message });
      return;
    }
    const tokens = await this.#tokenizer.tokenize(rendered.pieces);
    this.#send({ type: 'prepared', id, tokens, reasoningStart: rendered.reasoningStart });
  }

  #refuse(id: number, refusal: Refusal): void {
    this.#send({ type: 'refused', id, refusal });
  }
}
