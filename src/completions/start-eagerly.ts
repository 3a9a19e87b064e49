/**
 * Starts a generator at once, so that its clean-up runs even if nobody ever reads from it, and turns an
 * early `return()` into `stop()` followed by reading to the end: what was generated up to then is counted.
 */
export function startEagerly<Value>(
  generator: AsyncGenerator<Value>,
  stop: () => void,
): AsyncIterable<Value> {
  let first: Promise<IteratorResult<Value>> | undefined = generator.next();
  // The reader may come later or never; its own await still sees the error.
  first.catch(() => undefined);
  const next = () => {
    const result = first ?? generator.next();
    first = undefined;
    return result;
  };
  const iterator: AsyncIterator<Value> = {
    next,
    async return() {
      stop();
      try {
        while (!(await next()).done);
      } catch {
        // The reader has left; the failure was recorded with the hold.
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
