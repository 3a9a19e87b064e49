/** Where the model's first token stands: in reasoning, after it, or where reasoning may still be opened. */
export type ReasoningStart = 'inside' | 'closed' | 'free';

export interface ReasoningTags {
  readonly open: string;
  readonly close: string;
  /**
   * True where the tags are control tokens, which have no other use. Other tags are also words that a
   * model writes about: they count at the beginning of the turn only.
   */
  readonly isControl: boolean;
}

/** What a template says about reasoning. What it does with reasoning of the history is its own matter. */
export interface TemplateThinking {
  readonly readsThinking: boolean;
  /** The template variable that switches reasoning; its values are true and false. */
  readonly switchVariable: 'enable_thinking' | 'thinking' | undefined;
  /** Does it look at `reasoning_effort`? */
  readonly takesEffort: boolean;
  /** The key under which it reads reasoning of earlier turns; undefined: it drops it. */
  readonly historyKey: 'reasoning_content' | 'reasoning' | 'thinking' | undefined;
}

export const thinkTags: ReasoningTags = { open: '<think>', close: '</think>', isControl: false };

const historyKeys = ['reasoning_content', 'reasoning', 'thinking'] as const;

export function describeThinking(template: string, tags: ReasoningTags): TemplateThinking {
  return {
    readsThinking: template.includes(tags.open) || template.includes(tags.close),
    switchVariable: switchVariable(template),
    takesEffort: template.includes('reasoning_effort'),
    historyKey: historyKeys.find((key) => readsMessageKey(template, key)),
  };
}

export function reasoningStart(
  prompt: string,
  tags: ReasoningTags,
  readsThinking: boolean,
): ReasoningStart {
  const end = prompt.trimEnd();
  if (end.endsWith(tags.open)) return 'inside';
  return end.endsWith(tags.close) || !readsThinking ? 'closed' : 'free';
}

function switchVariable(template: string): TemplateThinking['switchVariable'] {
  if (template.includes('enable_thinking')) return 'enable_thinking';
  // The bare word also stands in instructions to the model.
  return /\b(?:if|and|or|not) thinking\b/u.test(template) ? 'thinking' : undefined;
}

function readsMessageKey(template: string, key: string): boolean {
  const access = String.raw`\.${key}\b|\[['"]${key}['"]\]|get\(\s*['"]${key}['"]`;
  return new RegExp(access, 'u').test(template);
}
