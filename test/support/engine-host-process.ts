import { readdirSync, readFileSync } from 'node:fs';

/** undefined when none runs. Reads /proc, so Linux only. */
export function findEngineHost(serverProcessId: number): number | undefined {
  const processIds = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processIds.map(Number).find((processId) => {
    const parts = readParentAndWords(processId);
    return parts?.parent === serverProcessId && parts.words.includes('engine-host');
  });
}

function readParentAndWords(processId: number): { parent: number; words: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name in parentheses may hold anything; the state and the parent follow its end.
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(parent),
      words: readFileSync(`/proc/${processId}/cmdline`, 'utf8'),
    };
  } catch {
    // A process that ends meanwhile is not the one that is looked for.
    return undefined;
  }
}
