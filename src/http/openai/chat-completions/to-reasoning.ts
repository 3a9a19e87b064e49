import type { ReasoningChoice } from '../../../engines/index.ts';
import type { ChatCompletionBody } from './request-schema.ts';

export interface AskedReasoning {
  /** undefined when the client leaves it to the model. */
  readonly choice: ReasoningChoice | undefined;
  /** The field that decided. */
  readonly field: string | undefined;
}

/** Clients of different servers switch reasoning in different places; the first that is given decides. */
export function toReasoning(body: ChatCompletionBody): AskedReasoning {
  const { thinking, reasoning_effort: effort, chat_template_kwargs: variables } = body;
  const switches: readonly (readonly [string, boolean | null | undefined])[] = [
    ['thinking', thinking && thinking.type === 'enabled'],
    ['reasoning_effort', effort && effort !== 'none'],
    ['chat_template_kwargs.enable_thinking', variables?.enable_thinking],
    ['chat_template_kwargs.thinking', variables?.thinking],
  ];
  for (const [field, isEnabled] of switches) {
    if (typeof isEnabled !== 'boolean') continue;
    const words = isEnabled && effort && effort !== 'none' ? { effort } : {};
    return { choice: { isEnabled, ...words }, field };
  }
  return { choice: undefined, field: undefined };
}
