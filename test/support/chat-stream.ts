import { type IncomingMessage, request as openRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseServerSentEvents } from './server-sent-events.ts';

/** When the client hangs up. */
export type CutPoint =
  | { readonly when: 'never' }
  /** The request has left this process, no answer was waited for. */
  | { readonly when: 'sent' }
  /** The status line is there, no event was read. */
  | { readonly when: 'admitted' }
  | { readonly when: 'streaming'; readonly afterChunks: number };

export interface StreamCall {
  readonly url: string;
  readonly key: string;
  /** Stored with the charge, so that it is found even when no answer came. */
  readonly clientRequestId: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly cut?: CutPoint;
  readonly onContent?: () => void;
  readonly timeoutMs?: number;
}

export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly cached_tokens?: number;
}

export interface StreamOutcome {
  readonly clientRequestId: string;
  /**
   * `done`: `[DONE]` came, and nothing after it. `cut`: hung up as planned. `failed`: an error event.
   * `refused`: another status than 200. `broken`: the connection was lost. `hung`: out of time.
   */
  readonly ending: 'done' | 'cut' | 'failed' | 'refused' | 'broken' | 'hung';
  /** undefined when no answer came. */
  readonly status: number | undefined;
  readonly contentChunks: number;
  readonly content: string;
  readonly finishReason: string | undefined;
  readonly usage: WireUsage | undefined;
  readonly credits: number | undefined;
  readonly errorCode: string | undefined;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta: { readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: WireUsage | null;
  readonly meta?: { readonly usage: { readonly credits_used: number } };
  readonly error?: { readonly code: string };
}

const defaultTimeoutMs = 120_000;

/** One streamed completion over a connection of its own. Never rejects: how it ended is the result. */
export async function readChatStream(call: StreamCall): Promise<StreamOutcome> {
  const reader = new ChatStreamReader(call);
  try {
    return await reader.read();
  } catch {
    return reader.outcome(reader.isLate ? 'hung' : 'broken');
  }
}

class ChatStreamReader {
  readonly #call: StreamCall;
  readonly #cut: CutPoint;
  readonly #deadline: AbortSignal;
  #status: number | undefined;
  #content = '';
  #contentChunks = 0;
  #finishReason: string | undefined;
  #usage: WireUsage | undefined;
  #credits: number | undefined;
  #errorCode: string | undefined;

  constructor(call: StreamCall) {
    this.#call = call;
    this.#cut = call.cut ?? { when: 'never' };
    this.#deadline = AbortSignal.timeout(call.timeoutMs ?? defaultTimeoutMs);
  }

  get isLate(): boolean {
    return this.#deadline.aborted;
  }

  async read(): Promise<StreamOutcome> {
    const response = await this.#send();
    if (response === 'cut') return this.outcome('cut');
    this.#status = response.statusCode;
    if (response.statusCode !== 200) {
      this.#errorCode = (JSON.parse(await text(response)) as Chunk).error?.code;
      return this.outcome('refused');
    }
    if (this.#cut.when === 'admitted') return this.#hangUp(response);
    for await (const data of parseServerSentEvents(response)) {
      if (data === '[DONE]') return this.outcome('done');
      this.#take(JSON.parse(data) as Chunk);
      if (this.#isCutHere()) return this.#hangUp(response);
    }
    return this.outcome(this.#errorCode === undefined ? 'broken' : 'failed');
  }

  outcome(ending: StreamOutcome['ending']): StreamOutcome {
    return {
      clientRequestId: this.#call.clientRequestId,
      ending,
      status: this.#status,
      contentChunks: this.#contentChunks,
      content: this.#content,
      finishReason: this.#finishReason,
      usage: this.#usage,
      credits: this.#credits,
      errorCode: this.#errorCode,
    };
  }

  #send(): Promise<IncomingMessage | 'cut'> {
    const { url, key, clientRequestId, body } = this.#call;
    return new Promise((resolve, reject) => {
      const request = openRequest(`${url}/v1/chat/completions`, {
        method: 'POST',
        agent: false,
        signal: this.#deadline,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'x-client-request-id': clientRequestId,
        },
      });
      request.on('response', resolve).on('error', reject);
      request.end(JSON.stringify({ ...body, stream: true }), () => {
        if (this.#cut.when !== 'sent') return;
        resolve('cut');
        request.destroy();
      });
    });
  }

  #take(chunk: Chunk): void {
    this.#errorCode = chunk.error?.code ?? this.#errorCode;
    this.#usage = chunk.usage ?? this.#usage;
    this.#credits = chunk.meta?.usage.credits_used ?? this.#credits;
    for (const { delta, finish_reason } of chunk.choices ?? []) {
      this.#finishReason = finish_reason ?? this.#finishReason;
      if (delta.content === undefined || delta.content === '') continue;
      this.#content += delta.content;
      this.#contentChunks += 1;
      this.#call.onContent?.();
    }
  }

  #isCutHere(): boolean {
    return this.#cut.when === 'streaming' && this.#contentChunks >= this.#cut.afterChunks;
  }

  #hangUp(response: IncomingMessage): StreamOutcome {
    response.on('error', () => undefined);
    response.destroy();
    return this.outcome('cut');
  }
}
