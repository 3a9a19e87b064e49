import { PlatformError } from '../../core/index.ts';

// The framework's own failures, in our words. Whatever is not listed is ours and becomes `internal`.
const frameworkErrors: Readonly<Record<string, () => PlatformError>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new PlatformError(
      'request/unsupported-media-type',
      'Send the body as JSON with the header "content-type: application/json".',
    ),
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new PlatformError('request/body-too-large', 'The body is too large. Send less in one request.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new PlatformError('request/invalid', 'The body does not match its content-length.'),
  FST_ERR_BAD_URL: () =>
    new PlatformError('request/invalid', 'The path is not a valid URL path: check its % escapes.'),
  FST_ERR_MAX_PARAM_LENGTH: () =>
    new PlatformError('request/route-not-found', 'No such route: a part of the path is too long.'),
};

/** Every thrown thing becomes a PlatformError; a stranger's message stays in `cause`, for the log only. */
export function toPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const known = typeof code === 'string' ? frameworkErrors[code] : undefined;
  if (known !== undefined) return known();
  return new PlatformError(
    'internal',
    'The server failed on this request. It has been logged under the request id.',
    { cause: error },
  );
}
