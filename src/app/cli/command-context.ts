import type { LoadedConfig } from '../config/load-config.ts';

/** What a command may touch of the world outside. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True when a person watches standard error. */
  readonly isTerminal: boolean;
  /** Results go to standard output, everything else to standard error. */
  out(text: string): void;
  note(text: string): void;
}

export interface CommonOptions {
  readonly json?: boolean;
  readonly config?: string;
  readonly dataDir?: string;
}

/** Loads the schema and its validator only now: `version` and `--help` do without them. */
export async function loadCommandConfig(
  context: CommandContext,
  options: CommonOptions,
  flags: Readonly<Record<string, string | undefined>> = {},
): Promise<LoadedConfig> {
  const { loadConfig } = await import('../config/load-config.ts');
  return loadConfig({
    flags: { 'data.directory': options.dataDir, ...flags },
    environment: context.environment,
    file: options.config ?? context.environment.MOONGATE_CONFIG,
  });
}

export function printJson(context: CommandContext, value: unknown): void {
  context.out(JSON.stringify(value));
}
