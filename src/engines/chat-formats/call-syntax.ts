import type { ToolDefinition } from './chat-format.ts';
import type { ObjectScan } from './json-depth.ts';

/** How a family marks its calls in the text of a turn. */
export interface CallSyntax {
  /** Texts with which a call begins, anywhere in the turn. */
  readonly openers: readonly string[];
  /** Control texts that announce calls: they end reasoning and are not shown. */
  readonly sections: readonly string[];
  /** Control texts that are never shown, openers that turned out to be none included. */
  readonly hidden: readonly string[];
  /** Reads the beginning of a call; the text begins with an opener. */
  open(input: OpenInput): CallOpening;
  /** Reads a call without an opener, which only a turn without text can be. */
  openBare?(input: OpenInput): CallOpening;
}

export interface OpenInput {
  readonly text: string;
  /** Nothing comes after the text. */
  readonly isEnd: boolean;
  /** No call has been read in this turn. */
  readonly isFirst: boolean;
  /** Fresh for every candidate, and kept while its text grows. */
  readonly scan: ObjectScan;
  readonly findTool: (name: string) => ToolDefinition | undefined;
}

export type CallOpening =
  /** The text could still become a call. */
  | 'more'
  /** It is no call of a declared function. */
  | 'none'
  | { readonly length: number; readonly name: string; readonly body: CallBody };

/** Reads the rest of one call, arguments and end mark. */
export interface CallBody {
  /** Takes what it can from the beginning of `text`. When `isEnd` is set it must close. */
  read(text: string, isEnd: boolean): BodyStep;
}

export interface BodyStep {
  /** How many characters were taken. */
  readonly length: number;
  /** JSON text of the arguments that came out of them. */
  readonly json: string;
  readonly isClosed: boolean;
}

/** Could `text` at `at` be the beginning of one of the marks, all of the text having been used up? */
export function mayBecome(text: string, at: number, marks: readonly string[]): boolean {
  const rest = text.slice(at);
  return marks.some((mark) => mark.length > rest.length && mark.startsWith(rest));
}
