/** Literals and character classes, which stay as they are, or a name. */
const terminalOrName = /"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|[a-zA-Z][a-zA-Z0-9-]*/gu;

/** The grammar with another name for its rule `root`, so that it can stand beside others. */
export function renameRoot(gbnf: string, name: string): string {
  return gbnf.replaceAll(terminalOrName, (part) => (part === 'root' ? name : part));
}
