import type { Engine } from '../../engines/index.ts';
import type { SlotQueue } from './create-slot-queue.ts';

/** One place where a public model is served. */
export interface Deployment {
  /** e.g. `embedded/smollm2-135m-instruct`; shown in `x-served-by`. */
  readonly id: string;
  readonly engine: Engine;
  readonly queue: SlotQueue;
}
