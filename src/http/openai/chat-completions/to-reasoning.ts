import type { ReasoningChoice } from '../../../engines/index.ts';
import type { ChatCompletionBody } from './request-schema.ts';

export interface AskedReasoning {
  /** undefined when the client leaves it to the model. */
  readonly choice: ReasoningChoice | undefined;
  /** The fields by which it was switched on. */
  readonly fields: readonly string[];
}

/** Reads all the ways in which clients of different servers switch reasoning; one that says off wins. */
export function toReasoning(body: ChatCompletionBody): AskedReasoning {
  const { thinking, reasoning_effort: effort, chat_template_kwargs: variables } = body;
  const switches: readonly (readonly [string, boolean | null | undefined])[] = [
    ['thinking', thinking && thinking.type === 'enabled'],
    ['reasoning_effort', effort && effort !== 'none'],
    ['chat_template_kwargs.thinking', variables?.thinking],
    ['chat_template_kwargs.enable_thinking', variables?.enable_thinking],
  ];
  if (switches.some(([, isOn]) => isOn === false)) {
    return { choice: { isEnabled: false }, fields: [] };
  }
  const fields = switches.flatMap(([field, isOn]) => (isOn === true ? [field] : []));
  if (fields.length === 0) return { choice: undefined, fields };
  return { choice: { isEnabled: true, ...(effort ? { effort } : {}) }, fields };
}
