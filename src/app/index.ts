// The composition root: reads the configuration once, builds everything top to bottom, shuts down in
// order. It holds the command line and the entry files of worker threads and child processes.
export type { CommandContext } from './cli/command-context.ts';
export { runCommandLine } from './cli/run-command-line.ts';
