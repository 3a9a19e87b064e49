import type { Logger } from '../core/index.ts';

export interface ShutdownStep {
  readonly name: string;
  run(): Promise<unknown>;
}

/** Undoes the start in reverse order; a step that fails is logged and does not keep the others from running. */
export async function shutDown(steps: ShutdownStep[], logger: Logger): Promise<void> {
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    try {
      await step.run();
    } catch (error) {
      logger.error({ error, step: step.name }, 'a step of the shutdown failed');
    }
  }
}
