/** Waits for a promise, but no longer than until one of the signals is aborted. Leaves no listener. */
export async function abortedOr<T>(
  promise: Promise<T>,
  signals: readonly AbortSignal[],
): Promise<T | 'aborted'> {
  if (signals.some((signal) => signal.aborted)) return 'aborted';
  const aborted = Promise.withResolvers<'aborted'>();
  const listener = () => aborted.resolve('aborted');
  for (const signal of signals) signal.addEventListener('abort', listener, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', listener);
  }
}
