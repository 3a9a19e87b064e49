export type MarkerKind = 'open-reasoning' | 'close-reasoning' | 'section' | 'call' | 'hidden';

export interface Marker {
  readonly text: string;
  readonly kind: MarkerKind;
  /** Counts only with nothing but white space before it. */
  readonly isAtStartOnly: boolean;
}

/** White space before a tag belongs to the tag. More than this is text. */
const heldSpaceMax = 64;

/** The first marker in the text, the longest one where two begin at the same place. */
export function findMarker(
  text: string,
  markers: readonly Marker[],
): { readonly marker: Marker; readonly index: number } | undefined {
  let found: { readonly marker: Marker; readonly index: number } | undefined;
  for (const marker of markers) {
    const index = indexOf(text, marker);
    if (index < 0) continue;
    const isLonger = index === found?.index && marker.text.length > found.marker.text.length;
    if (found === undefined || index < found.index || isLonger) found = { marker, index };
  }
  return found;
}

/** Could a longer marker still come out at the place where this one was found? */
export function mayBecomeLonger(text: string, index: number, markers: readonly Marker[]): boolean {
  const rest = text.slice(index);
  return markers.some(({ text: mark }) => mark.length > rest.length && mark.startsWith(rest));
}

/** How much of the end must be held back: what could become a marker, and the white space before it. */
export function heldLength(text: string, markers: readonly Marker[]): number {
  let held = 0;
  for (const { text: mark, isAtStartOnly } of markers) {
    for (let length = Math.min(mark.length - 1, text.length); length > held; length -= 1) {
      if (!text.endsWith(mark.slice(0, length))) continue;
      if (isAtStartOnly && text.slice(0, -length).trim() !== '') continue;
      held = length;
    }
  }
  const before = text.slice(0, text.length - held);
  return held + endSpaceLength(before);
}

export function endSpaceLength(text: string): number {
  return Math.min(heldSpaceMax, text.length - text.trimEnd().length);
}

function indexOf(text: string, { text: mark, isAtStartOnly }: Marker): number {
  if (!isAtStartOnly) return text.indexOf(mark);
  const start = text.length - text.trimStart().length;
  return text.startsWith(mark, start) ? start : -1;
}
