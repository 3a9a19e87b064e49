import type { Writable } from 'node:stream';

/** What pino writes its lines to. */
export interface LogStream {
  write(line: string): void;
}

const waitingCharactersMax = 1_048_576;

/**
 * Writes the lines of one turn of the loop together. A log that cannot be written (a closed terminal, a
 * full disk, a reader that is gone or asleep) costs lines, never the server: what does not fit the
 * buffer is dropped and counted, nothing is tried again, and nothing keeps the process from ending.
 */
export function createLogStream(output: Pick<Writable, 'write'>): LogStream {
  let waiting = '';
  let waitingLines = 0;
  let lostLines = 0;
  let isBusy = false;

  const flush = () => {
    const lines = waitingLines;
    const lost = lostLines;
    const text = lost === 0 ? waiting : describeLoss(lost) + waiting;
    waiting = '';
    waitingLines = 0;
    lostLines = 0;
    output.write(text, (error) => {
      isBusy = false;
      if (error) lostLines += lost + lines;
      if (waitingLines > 0) schedule();
    });
  };
  const schedule = () => {
    isBusy = true;
    setImmediate(flush);
  };
  return {
    write(line) {
      if (waiting.length + line.length > waitingCharactersMax) {
        lostLines += 1;
        return;
      }
      waiting += line;
      waitingLines += 1;
      if (!isBusy) schedule();
    },
  };
}

const warnLevel = 40;

function describeLoss(lines: number): string {
  const fields = { level: warnLevel, time: Date.now(), lines };
  return `${JSON.stringify({ ...fields, msg: 'log lines were lost: they could not be written' })}\n`;
}
