import type { WireUsage } from './chat-stream.ts';

export interface ChatAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ChatBody;
}

interface ChatBody {
  readonly model: string;
  readonly choices: readonly {
    readonly message: { readonly content: string };
    readonly finish_reason: string;
  }[];
  readonly usage: WireUsage;
  readonly meta: { readonly usage: { readonly credits_used: number; readonly usd_spent: number } };
  readonly error?: { readonly code: string; readonly param: string | null };
}

interface Address {
  readonly url: string;
  readonly key: string;
}

const answerTimeoutMs = 120_000;

/** One completion that is not streamed. */
export async function postChat(
  { url, key }: Address,
  body: Readonly<Record<string, unknown>>,
): Promise<ChatAnswer> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as ChatBody,
  };
}

/** `GET /v1/billing/balance`, in credits. */
export async function readBalance({ url, key }: Address): Promise<number> {
  const response = await fetch(`${url}/v1/billing/balance`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  return ((await response.json()) as { readonly balance: number }).balance;
}
