import type { CallBody, CallSyntax, OpenInput } from './call-syntax.ts';
import type { OutputPiece, OutputReader, ReaderInput } from './chat-format.ts';
import {
  endSpaceLength,
  findMarker,
  heldLength,
  type Marker,
  type MarkerKind,
  mayBecomeLonger,
} from './find-marker.ts';
import { ObjectScan } from './json-depth.ts';
import type { ReasoningTags } from './template-thinking.ts';
import { type Channel, TurnMarkers } from './turn-markers.ts';

/**
 * Tells text, reasoning and calls of one turn apart. How the text is cut into pushes changes nothing but
 * the cuts in the pieces. It holds back what could become a tag, and a call until its name is known: both
 * are bounded by the completion.
 */
export class TurnReader implements OutputReader {
  readonly #calls: CallSyntax;
  readonly #markers: TurnMarkers;
  readonly #input: ReaderInput;
  readonly #tools: ReadonlyMap<string, ReaderInput['tools'][number]>;
  #buffer = '';
  #channel: Channel;
  #body: CallBody | undefined;
  #hasArguments = false;
  #callCount = 0;
  #scan = new ObjectScan();
  #bareScan = new ObjectScan();
  readonly #hasSaid: Record<Channel, boolean> = { text: false, reasoning: false };
  /** A tag or a call ended here: white space that follows belongs to it. */
  #isAfterMark: boolean;
  #pieces: OutputPiece[] = [];

  constructor(calls: CallSyntax, reasoning: ReasoningTags, input: ReaderInput) {
    this.#calls = calls;
    this.#markers = new TurnMarkers(calls, reasoning, input.tools.length > 0);
    this.#input = input;
    this.#tools = new Map(input.tools.map((tool) => [tool.name, tool]));
    this.#channel = input.startsInReasoning ? 'reasoning' : 'text';
    this.#isAfterMark = input.startsInReasoning;
  }

  push(text: string): readonly OutputPiece[] {
    this.#buffer += text;
    return this.#drain(false);
  }

  finish(): readonly OutputPiece[] {
    return this.#drain(true);
  }

  #drain(isEnd: boolean): readonly OutputPiece[] {
    while (this.#step(isEnd)) {
      // Each step takes something from the buffer.
    }
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** False when nothing can be done without more text. */
  #step(isEnd: boolean): boolean {
    if (this.#body !== undefined) return this.#readBody(this.#body, isEnd);
    if (this.#isAfterMark) this.#buffer = this.#buffer.trimStart();
    if (this.#buffer === '') return false;
    const bare = this.#openBare(isEnd);
    if (bare !== 'none') return bare === 'opened';
    const channel = this.#channel;
    const markers = this.#markers.at({ channel, isFresh: !this.#hasSaid[channel] });
    const found = findMarker(this.#buffer, markers);
    if (found === undefined) {
      const held = isEnd ? 0 : heldLength(this.#buffer, markers);
      const length = this.#buffer.length - held;
      this.#give(this.#buffer.slice(0, length));
      this.#buffer = this.#buffer.slice(length);
      return false;
    }
    if (!isEnd && mayBecomeLonger(this.#buffer, found.index, markers)) return false;
    return this.#pass(found.marker, found.index, isEnd);
  }

  /** Gives out what stands before a marker and does what the marker says. */
  #pass(marker: Marker, index: number, isEnd: boolean): boolean {
    const before = this.#buffer.slice(0, index);
    const spaceLength = endSpaceLength(before);
    this.#give(before.slice(0, index - spaceLength));
    const spaces = before.slice(index - spaceLength);
    const rest = this.#buffer.slice(index + marker.text.length);
    if (marker.kind === 'call') {
      this.#buffer = this.#buffer.slice(index - spaceLength);
      return this.#openCall(marker.text, spaceLength, isEnd);
    }
    const next = this.#channelAfter(marker.kind);
    if (next === undefined) {
      this.#buffer = spaces + rest;
      this.#isAfterMark ||= !this.#hasSaid[this.#channel];
      return true;
    }
    this.#buffer = rest;
    this.#channel = next;
    this.#isAfterMark = true;
    return true;
  }

  /** undefined: the marker stands where it means nothing. */
  #channelAfter(kind: MarkerKind): Channel | undefined {
    if (kind === 'section') return 'text';
    if (kind === 'open-reasoning') return this.#channel === 'text' ? 'reasoning' : undefined;
    if (kind === 'close-reasoning') return this.#channel === 'reasoning' ? 'text' : undefined;
    return undefined;
  }

  #openCall(opener: string, spaceLength: number, isEnd: boolean): boolean {
    const text = this.#buffer.slice(spaceLength);
    const opening = this.#calls.open(this.#openInput(text, isEnd, this.#scan));
    if (opening === 'more' && !isEnd) return false;
    this.#scan = new ObjectScan();
    if (typeof opening === 'object') {
      this.#buffer = this.#buffer.slice(spaceLength + opening.length);
      this.#startCall(opening.name, opening.body);
      return true;
    }
    const spaces = this.#buffer.slice(0, spaceLength);
    const rest = this.#buffer.slice(spaceLength + opener.length);
    if (this.#calls.hidden.includes(opener)) {
      this.#buffer = spaces + rest;
      return true;
    }
    this.#give(spaces + opener);
    this.#buffer = rest;
    return true;
  }

  #openBare(isEnd: boolean): 'opened' | 'more' | 'none' {
    if (this.#channel !== 'text' || this.#hasSaid.text || this.#tools.size === 0) return 'none';
    const text = this.#buffer.trimStart();
    if (text === '') return 'none';
    const input = this.#openInput(text, isEnd, this.#bareScan);
    const opening = this.#calls.openBare?.(input) ?? 'none';
    if (opening === 'more' && !isEnd) return 'more';
    this.#bareScan = new ObjectScan();
    if (typeof opening === 'string') return 'none';
    this.#buffer = text.slice(opening.length);
    this.#startCall(opening.name, opening.body);
    return 'opened';
  }

  #openInput(text: string, isEnd: boolean, scan: ObjectScan): OpenInput {
    const findTool = (name: string) => this.#tools.get(name);
    return { text, isEnd, isFirst: this.#callCount === 0, scan, findTool };
  }

  #startCall(name: string, body: CallBody): void {
    const callIndex = this.#callCount;
    this.#callCount += 1;
    const id = this.#input.newCallId(name, callIndex);
    this.#pieces.push({ type: 'tool-call-start', callIndex, id, name });
    this.#body = body;
    this.#hasArguments = false;
    this.#channel = 'text';
  }

  #readBody(body: CallBody, isEnd: boolean): boolean {
    const { length, json, isClosed } = body.read(this.#buffer, isEnd);
    this.#buffer = this.#buffer.slice(length);
    this.#giveArguments(json);
    if (!isClosed) return false;
    if (!this.#hasArguments) this.#giveArguments('{}');
    this.#body = undefined;
    this.#isAfterMark = true;
    return true;
  }

  #giveArguments(text: string): void {
    if (text === '') return;
    this.#hasArguments = true;
    this.#pieces.push({ type: 'tool-call-arguments', callIndex: this.#callCount - 1, text });
  }

  #give(text: string): void {
    if (text === '') return;
    const channel = this.#channel;
    // The white space around a tag is gone; words on its two sides must not run together.
    const isContinued = this.#isAfterMark && this.#hasSaid[channel];
    this.#pieces.push({ type: channel, text: isContinued ? `\n${text}` : text });
    this.#isAfterMark = false;
    if (text.trim() !== '') this.#hasSaid[channel] = true;
  }
}
