import { pino } from 'pino';
import type { Logger } from '../core/index.ts';
import type { Config } from './config/config-schema.ts';
import { createLogStream } from './create-log-stream.ts';

/** JSON lines on standard error, so that standard output stays for what a person or a script asked for. */
export function createLogger(level: Config['log']['level']): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: ['authorization', 'headers.authorization', 'key', 'token'],
    },
    // Pino's own destination tries for ever when nothing can be written, at the latest when the process ends.
    createLogStream(process.stderr),
  );
}
