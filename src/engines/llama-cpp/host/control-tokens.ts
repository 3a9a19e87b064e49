import type { LlamaModel, Token } from 'node-llama-cpp';

/** The control tokens of a model by what becomes of them when the model generates one. */
export interface ControlTokens {
  /** All their texts: text of users must not become one of them. */
  readonly texts: readonly string[];
  /** Those that the chat format is written with, with their texts for its reader. */
  readonly read: ReadonlyMap<number, string>;
  /** All others; they are never shown. */
  readonly hidden: readonly Token[];
}

export function findControlTokens(
  model: LlamaModel,
  formatTexts: readonly string[],
): ControlTokens {
  const isRead = new Set(formatTexts);
  const texts: string[] = [];
  const read = new Map<number, string>();
  const hidden: Token[] = [];
  for (const token of model.iterateAllTokens()) {
    const { control, unknown } = model.getTokenAttributes(token);
    if (!control && !unknown) continue;
    const text = model.detokenize([token], true);
    texts.push(text);
    if (isRead.has(text)) read.set(token, text);
    else hidden.push(token);
  }
  return { texts, read, hidden };
}
