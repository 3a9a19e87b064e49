/** Fails this request, never the process, when something that cannot happen has happened. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`);
}
