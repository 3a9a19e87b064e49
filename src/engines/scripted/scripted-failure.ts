import { PlatformError } from '../../core/index.ts';

export function closedError(): PlatformError {
  return new PlatformError(
    'engine/unavailable',
    'The engine was closed. Try again in a few seconds.',
  );
}

/** What a `fail` step throws: it looks like a crashed engine. */
export function scriptedFailure(): PlatformError {
  return new PlatformError(
    'engine/unavailable',
    'The engine stopped working on this request. Try again in a few seconds.',
  );
}
