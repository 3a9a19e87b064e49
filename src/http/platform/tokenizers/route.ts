import { Type } from 'typebox';
import type { Completions } from '../../../completions/index.ts';
import { keyOf } from '../../hooks/authenticate.ts';
import { readChatRequest } from '../../openai/chat-completions/read-request.ts';
import { chatCompletionSchema } from '../../openai/chat-completions/request-schema.ts';
import type { PublicRoute } from '../../routing/public-route.ts';

const countTimeoutMs = 30_000;

/** Moonshot's `estimate-token-count`; here it is the exact count, from the engine that would answer. */
export function tokenCountRoute(completions: Completions): PublicRoute {
  return {
    method: 'POST',
    paths: ['/v1/tokenizers/estimate-token-count'],
    operationId: 'countPromptTokens',
    summary: 'How many prompt tokens a chat completion with this body would be billed for.',
    tag: 'Chat',
    access: 'inference',
    body: chatCompletionSchema,
    answers: {
      'application/json': Type.Object({ data: Type.Object({ total_tokens: Type.Integer() }) }),
    },
    handle: async (request, reply) => {
      const { model, domain } = readChatRequest(request.body);
      const { principal } = keyOf(request);
      const { generation } = domain;
      const context = request.requestContext;
      context.abortController = new AbortController();
      if (context.isResponseClosed) context.abortController.abort();
      const gone = context.abortController.signal;
      const tokens = await completions.countPromptTokens(
        { model, principal, generation },
        AbortSignal.any([gone, AbortSignal.timeout(countTimeoutMs)]),
      );
      return reply
        .type('application/json; charset=utf-8')
        .send(JSON.stringify({ data: { total_tokens: tokens } }));
    },
  };
}
