import type { CallSyntax } from './call-syntax.ts';
import type { Marker, MarkerKind } from './find-marker.ts';
import type { ReasoningTags } from './template-thinking.ts';

export type Channel = 'text' | 'reasoning';

export interface TurnPlace {
  readonly channel: Channel;
  /** Nothing but white space has been said in this channel. */
  readonly isFresh: boolean;
}

/** The markers that mean something at a place of a turn. */
export class TurnMarkers {
  readonly #calls: readonly Marker[];
  readonly #tags: ReasoningTags;
  readonly #known = new Map<string, readonly Marker[]>();

  constructor(calls: CallSyntax, tags: ReasoningTags, hasTools: boolean) {
    const anywhere = (kind: MarkerKind) => (text: string) => ({ text, kind, isAtStartOnly: false });
    const markers = hasTools
      ? [...calls.openers.map(anywhere('call')), ...calls.sections.map(anywhere('section'))]
      : [];
    const meant = new Set(markers.map(({ text }) => text));
    const hidden = calls.hidden.filter((text) => !meant.has(text)).map(anywhere('hidden'));
    this.#calls = [...markers, ...hidden];
    this.#tags = tags;
  }

  at(place: TurnPlace): readonly Marker[] {
    const key = `${place.channel} ${place.isFresh}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const markers = [...this.#reasoningMarkers(place), ...this.#calls];
    this.#known.set(key, markers);
    return markers;
  }

  #reasoningMarkers({ channel, isFresh }: TurnPlace): readonly Marker[] {
    const { open, close, isControl } = this.#tags;
    const markers: Marker[] = [];
    if (isControl || isFresh) {
      markers.push({ text: open, kind: 'open-reasoning', isAtStartOnly: !isControl });
    }
    const isReasoning = channel === 'reasoning';
    if (isControl || isFresh || isReasoning) {
      const isAtStartOnly = !isControl && !isReasoning;
      markers.push({ text: close, kind: 'close-reasoning', isAtStartOnly });
    }
    return markers;
  }
}
