import { PlatformError } from '../../../core/index.ts';

/** For fields that have the right form but make no sense beside the others. */
export function invalidRequest(param: string, message: string): PlatformError {
  return new PlatformError('request/invalid', message, { param });
}

export function unsupportedParameter(param: string, because: string): PlatformError {
  const message = `Unsupported parameter: '${param}': ${because}.`;
  return new PlatformError('request/unsupported-parameter', message, { param });
}
