import type { Readable } from 'node:stream';

/** The data of each event of a stream; comment lines are skipped. */
export async function* parseServerSentEvents(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const bytes of stream) {
    const events = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('data: ')) yield event.slice('data: '.length);
    }
  }
  if (rest !== '') throw new Error(`the stream ended inside an event: ${rest}`);
}
