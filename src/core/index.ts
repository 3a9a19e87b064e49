// The shared vocabulary of every module: errors, ids, clock, logger, token usage, price. Pure: it
// imports nothing but node:crypto, holds no state and never does I/O.
export { type Clock, systemClock } from './clock.ts';
export { creditsPerUsd, creditsToNanoUsd, nanoUsdToCredits } from './credits.ts';
export { type ErrorCode, type ErrorCodeRow, errorCodes } from './error-codes.ts';
export { newCompletionId, newInferenceId, newRequestId } from './ids.ts';
export { invariant } from './invariant.ts';
export { type Logger, silentLogger } from './logger.ts';
export { PlatformError, type PlatformErrorOptions } from './platform-error.ts';
export { type Price, type PricedUsage, priceUsage } from './price-usage.ts';
export { type TokenUsage, totalTokens } from './token-usage.ts';
