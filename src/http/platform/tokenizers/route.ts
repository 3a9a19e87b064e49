import { Type } from 'typebox';
import type { HttpDependencies } from '../../dependencies.ts';
import { keyOf } from '../../hooks/authenticate.ts';
import type { HttpSettings } from '../../http-settings.ts';
import { readChatRequest } from '../../openai/chat-completions/read-request.ts';
import { chatCompletionSchema } from '../../openai/chat-completions/request-schema.ts';
import type { PublicRoute } from '../../routing/public-route.ts';

/** Moonshot's form, but for every field of a completion: tools and formats are a part of the prompt too. */
export function tokenizersRoute(
  { completions }: HttpDependencies,
  { choicesMax }: HttpSettings,
): PublicRoute {
  return {
    method: 'POST',
    paths: ['/v1/tokenizers/estimate-token-count', '/api/v1/tokenizers/estimate-token-count'],
    operationId: 'estimateTokenCount',
    summary: 'Counts the prompt tokens of a completion without generating or charging anything.',
    tag: 'Chat',
    access: 'inference',
    body: chatCompletionSchema,
    answers: {
      'application/json': Type.Object({ data: Type.Object({ total_tokens: Type.Integer() }) }),
    },
    handle: async (request, reply) => {
      const { model, domain } = readChatRequest(request.body, { choicesMax, isStrict: false });
      const controller = new AbortController();
      const context = request.requestContext;
      context.abortController = controller;
      if (context.isResponseClosed) controller.abort();
      const totalTokens = await completions.countPromptTokens(
        { model, principal: keyOf(request).principal, generation: domain.generation },
        controller.signal,
      );
      const body = { data: { total_tokens: totalTokens } };
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
    },
  };
}
