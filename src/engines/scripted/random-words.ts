const words = [
  'moon',
  'gate',
  'silver',
  'tide',
  'quiet',
  'river',
  'stone',
  'lantern',
  'night',
  'bridge',
  'garden',
  'crane',
  'cloud',
  'bell',
  'harbour',
  'café',
  'naïve',
  '月',
  '門',
  '🌙',
];

/** The same key always gives the same words. At least `characters` UTF-16 units long. */
export function randomWords(key: string, characters: number): string {
  let state = hash(key);
  let text = '';
  while (text.length < characters) {
    // xorshift32: a few operations a word, and no state outside this call.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    text += `${text === '' ? '' : ' '}${words[(state >>> 0) % words.length]}`;
  }
  return text;
}

/** FNV-1a; never 0, where xorshift would stay for ever. */
function hash(key: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    state = Math.imul(state ^ key.charCodeAt(index), 0x01000193);
  }
  return state === 0 ? 1 : state;
}
