import { pino } from 'pino';
import type { Logger } from '../core/index.ts';
import type { Config } from './config/config-schema.ts';

/** JSON lines on standard error, so that standard output stays for what a person or a script asked for. */
export function createLogger(level: Config['log']['level']): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: ['authorization', 'headers.authorization', 'key', 'token'],
    },
    pino.destination({ dest: 2, sync: false, minLength: 4_096, periodicFlush: 1_000 }),
  );
}
